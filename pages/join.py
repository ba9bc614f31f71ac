"""Address of the page on which a class answers."""

from __future__ import annotations

from pages.ui import join, shell

if __name__ == "__main__":
    shell.run_page(join.show)
