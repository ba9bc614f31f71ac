"""Address of the page of exercises."""

from __future__ import annotations

from pages.ui import sheet, shell

if __name__ == "__main__":
    shell.run_page(sheet.show)
