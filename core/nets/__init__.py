"""Everything that needs torch. Nothing outside imports these modules but inside a function."""
