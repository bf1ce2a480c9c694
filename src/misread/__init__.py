"""How noise makes traffic-sign classifiers misread signs: the library behind the pipeline in dvc.yaml.

Imports point one way: stages and explore -> analysis and report -> networks -> noise -> data -> params and errors.
"""
