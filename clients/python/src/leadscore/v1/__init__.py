"""The wire: code generated from proto/leadscore/v1."""
