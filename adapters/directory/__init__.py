"""Drop folders: in, out, archive, error."""
