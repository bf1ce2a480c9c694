"""How noise makes traffic-sign classifiers misread signs: the library behind the pipeline in dvc.yaml.

Imports point one way: stages, report, experiments and explorer -> inference, gans, training and metrics -> networks,
noise, data and gtsrb -> params, paths and sections. `params` reads what networks and noise types register.
"""
