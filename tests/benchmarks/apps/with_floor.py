"""The app, with one almost empty page more: the floor that ticks are compared with."""

from functools import partial
from unittest import mock

import streamlit as st

from pages.ui import shell


def floor() -> None:
    st.text(f"Floor {st.slider('Floor', 0, 100)}")


def navigation_with_floor(original, pages, **options):
    return original({**pages, "Benchmark": [st.Page(floor, url_path="floor")]}, **options)


with mock.patch.object(st, "navigation", partial(navigation_with_floor, st.navigation)):
    shell.run_app()
