"""Sheets as files: printable HTML, Moodle XML, QTI 2.1, and a key as CSV."""
