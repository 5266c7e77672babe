"""One module per noun; each view reads through its access object and returns a page."""
