"""The report: one page with figures, tables and sentences, a module and a template for each topic."""
