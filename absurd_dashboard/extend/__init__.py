"""What a host adds to the pages without overriding templates; see docs/extend.md."""
