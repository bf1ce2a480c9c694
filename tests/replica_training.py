"""Short trainings on several replicas, each in processes of its own; as a script, one of these processes."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager

import numpy as np

from misread.experiments.project_copy import ROOT

TIMEOUT = 240  # seconds, for a process that hangs
COUNT, CLASSES = 120, 4


def easy_signs(size):
    """Classes told apart by their brightness, uint8; labels; the held-out rows, a fifth."""
    labels = np.arange(COUNT) % CLASSES
    noise = np.random.default_rng(0).integers(0, 30, (COUNT, size, size, 3))
    images = (labels[:, None, None, None] * 60 + noise).astype(np.uint8)
    return images, labels.astype(np.int64), np.arange(COUNT) % 5 == 0


def environment(strategy, config=None):
    """Environment variables of a process."""
    left = {name: value for name, value in os.environ.items() if name not in ("MISREAD_STRATEGY", "TF_CONFIG")}
    ours = {
        "MISREAD_STRATEGY": strategy,
        "PYTHONPATH": str(ROOT / "src"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONUNBUFFERED": "1",
    }
    return left | ours | ({"TF_CONFIG": json.dumps(config)} if config else {})


def cluster(processes):
    """Environment variables of each process of a cluster on this machine."""
    with ExitStack() as opened:
        sockets = [opened.enter_context(socket.socket()) for _ in range(processes)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        workers = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    return [
        environment("multiworker", {"cluster": {"worker": workers}, "task": {"type": "worker", "index": index}})
        for index in range(processes)
    ]


@contextmanager
def started(commands, environments, folders):
    """Processes side by side, standard error with their output; none of them outlives the test."""
    processes = []
    try:
        for command, variables, folder in zip(commands, environments, folders, strict=True):
            processes.append(
                subprocess.Popen(
                    [sys.executable, *map(str, command)], env=variables, cwd=folder, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                )
            )  # fmt: skip
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def run(commands, environments, folders):
    """Run processes side by side; status and output of each."""
    with started(commands, environments, folders) as processes:
        told = [process.communicate(timeout=TIMEOUT)[0] for process in processes]
        return [(process.returncode, text) for process, text in zip(processes, told, strict=True)]


def trained(folder, environments, **options):
    """Train in a process for each environment; weights and history of each."""
    targets = [folder / f"{index}.npz" for index in range(len(environments))]
    commands = [[__file__, json.dumps(options | {"target": str(target)})] for target in targets]
    for status, text in run(commands, environments, [ROOT] * len(targets)):
        assert status == 0, text
    return [dict(np.load(target)) for target in targets]


def of_one_replica(folder, **options):
    return trained(folder, [environment("none")], replicas=1, **options)[0]


def mirrored(folder, replicas=2, **options):
    return trained(folder, [environment("mirrored")], replicas=replicas, **options)[0]


def weights(result):
    return [result[name] for name in sorted(result) if name.startswith("weight")]


def assert_same_weights(found, expected):
    """Up to the rounding of some steps, which change weights by 0.006 each."""
    assert len(weights(expected)) == 10
    for mine, other in zip(weights(expected), weights(found), strict=True):
        np.testing.assert_allclose(other, mine, rtol=0, atol=2e-6)


def pairs(policy):
    """Each image, and then each in negative, as `robust` has each sign and then each noisy copy."""

    def both(images, labels, rng):
        images, labels = policy(images, labels, rng)
        return np.concatenate([images, 255 - images]), np.concatenate([labels, labels])

    return both


def main(target, replicas, network="cnn", size=16, consistent=False, seed=1, **settings):
    """Train, and write the file of the network and its weights, history and predictions."""
    from pathlib import Path

    from misread import params
    from misread.training import classifier, saving
    from misread.training.noisy_copies import ConsistentCrossEntropy
    from misread.training.recipe import Recipe

    default = params.load(ROOT / "params.yaml")
    values = {"image_size": size, "epochs": 2, "batch_size": 16, "dropout": 0.0} | settings
    images, labels, validation = easy_signs(size)
    model, history, _ = classifier.train(
        network,
        default.networks[network].model_copy(update=values),
        default.train.model_copy(update={"replicas": replicas, "augmentation": "none", "patience": 100}),
        [images], labels, validation, None,
        Recipe(pairs, ConsistentCrossEntropy(1.0)) if consistent else Recipe(),
        seed, default.threads,
    )  # fmt: skip
    path = Path(target).with_suffix(".keras")
    saving.save(model, path)
    kept = {f"weight{number:03}": value for number, value in enumerate(model.get_weights())}
    kept |= {column: history[column].to_numpy() for column in history}
    logits = saving.load(path).predict_on_batch(images[validation])
    np.testing.assert_array_equal(logits, model.predict_on_batch(images[validation]))
    right = np.mean(logits.argmax(axis=1) == labels[validation])
    np.savez(target, bytes=np.frombuffer(path.read_bytes(), np.uint8), right=right, **kept)


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
