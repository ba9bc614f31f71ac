"""Bias and variance of polynomial fits, and the choice of the degree."""
