"""Convolutional networks as tables: shapes, parameters, operations, memory and receptive fields; no torch here."""
