"""Library of the pipeline in dvc.yaml, which studies how noise makes traffic-sign classifiers misread signs.

Packages import only in this direction: stages, report, experiments and explorer -> inference, gans, training and
metrics -> networks, noise, data and gtsrb -> params, paths and sections. As an exception, `params` reads the settings
that networks and noise types register.
"""
