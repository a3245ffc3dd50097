"""Group Setup: new workbooks, connections, settings, installing, upgrading and the doctor."""
