"""Address of the glossary."""

from __future__ import annotations

from pages.ui import glossary, shell

if __name__ == "__main__":
    shell.run_page(glossary.show)
