"""The report: one page with figures, tables and text; each topic has a module and a template."""
