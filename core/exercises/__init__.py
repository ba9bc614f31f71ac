"""Exercises: answers read as people write them, judged with named mistakes, drawn by seed, and put on sheets.

Nothing here knows a lab, a picture, or Streamlit: labs declare templates, and pages and exports show what is drawn.
"""
