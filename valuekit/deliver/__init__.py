"""From the internal PDFs to the people they are for: by mail or to a shared folder, nothing twice."""
