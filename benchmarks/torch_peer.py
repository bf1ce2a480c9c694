"""A Keras network in PyTorch: the same layers with the same weights, channels last, in eager mode as most use it."""

import keras
import torch
from torch import nn
from torch.nn import functional as f

ACTIVATIONS = {"linear": nn.Identity, "relu": nn.ReLU, "tanh": nn.Tanh}


class TorchPeer(nn.Module):
    """A functional Keras model, layer by layer.

    It takes what the Keras model takes, but images as ``(N, CHANNELS, SIZE, SIZE)``, uint8 or float32.
    """

    def __init__(self, model: keras.Model):
        super().__init__()
        nodes = [node for depth in sorted(model._nodes_by_depth, reverse=True) for node in model._nodes_by_depth[depth]]
        self.steps = [
            (node.operation.name, [id(one) for one in node.input_tensors], id(node.output_tensors[0]))
            for node in nodes
            if node.input_tensors
        ]
        self.inputs = [id(one) for one in model.inputs]
        self.output = id(model.outputs[0])
        self.parts = nn.ModuleDict(
            {node.operation.name: converted(node.operation) for node in nodes if node.input_tensors}
        )

    def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Run the layers in the order of the Keras model."""
        values = dict(zip(self.inputs, inputs, strict=True))
        for name, taken, given in self.steps:
            values[given] = self.parts[name](*(values[one] for one in taken))
        return values[self.output]


class Step(nn.Module):
    """A layer without weights."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        """Apply the function."""
        return self.function(*inputs)


def converted(layer: keras.Operation) -> nn.Module:
    """The PyTorch module of a Keras layer.

    Raises:
        NotImplementedError: no network of misread has such a layer.

    """
    match layer:
        case keras.Model():
            return TorchPeer(layer)
        case keras.layers.Conv2D() | keras.layers.Dense():
            return nn.Sequential(weighted(layer), ACTIVATIONS[layer.activation.__name__]())
        case keras.layers.BatchNormalization():
            return nn.BatchNorm1d(layer.gamma.shape[0], layer.epsilon, 1 - layer.momentum)
        case keras.layers.Embedding():
            return nn.Embedding(layer.input_dim, layer.output_dim)
        case keras.layers.MaxPooling2D():
            return nn.MaxPool2d(layer.pool_size, layer.strides)
        case keras.layers.AveragePooling2D():  # InceptionV3's, which keep the size
            return nn.AvgPool2d(layer.pool_size, layer.strides, layer.pool_size[0] // 2, count_include_pad=False)
        case keras.layers.Activation():
            return ACTIVATIONS[layer.activation.__name__]()
        case keras.layers.LeakyReLU():
            return nn.LeakyReLU(layer.negative_slope)
        case keras.layers.Dropout():
            return nn.Dropout(layer.rate)
        case _:
            return Step(function_of(layer))


def function_of(layer: keras.Operation):
    """What a layer without weights computes, on tensors with channels before rows."""
    match type(layer).__name__:
        case "Rescaling":
            scale, offset = (torch.tensor(one, dtype=torch.float32) for one in (layer.scale, layer.offset))
            offset = offset.view(-1, 1, 1) if offset.ndim else offset
            return lambda x: x.float() * scale + offset
        case "Flip":
            return lambda x: x.flip(1)
        case "ZeroPadding2D":
            (top, bottom), (left, right) = layer.padding
            return lambda x: f.pad(x, (left, right, top, bottom))
        case "Flatten":  # channels last, as in Keras: features keep their order
            return lambda x: x.permute(0, 2, 3, 1).flatten(1) if x.ndim == 4 else x.flatten(1)
        case "Add":
            return lambda *parts: sum(parts[1:], parts[0])
        case "Concatenate":
            return lambda *parts: torch.cat(parts, 1)
        case "Dot":
            return lambda x, y: (x * y).sum(1, keepdim=True)
        case "Reshape":
            height, width, channels = layer.target_shape
            return lambda x: x.view(-1, height, width, channels).permute(0, 3, 1, 2)
        case name:
            raise NotImplementedError(name)


def weighted(layer: keras.Layer) -> nn.Module:
    """A convolution or a dense layer with the weights of Keras."""
    kernel = torch.tensor(layer.kernel.numpy())
    if isinstance(layer, keras.layers.Dense):
        result, kernel = nn.Linear(*kernel.shape), kernel.T
    else:
        height, width, channels, filters = kernel.shape
        padding = "same" if layer.padding == "same" else 0
        result = nn.Conv2d(channels, filters, (height, width), layer.strides, padding, bias=layer.use_bias)
        kernel = kernel.permute(3, 2, 0, 1)
    with torch.no_grad():
        result.weight.copy_(kernel)
        if layer.use_bias:
            result.bias.copy_(torch.tensor(layer.bias.numpy()))
    return result
