"""How it is shared: documents into a site and PDFs. Knows nothing of services, measures or charts."""
