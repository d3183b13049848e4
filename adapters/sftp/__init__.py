"""SFTP: pick-up and drop-off with a partner."""
