"""TFLite networks of Conv2D, DepthwiseConv2D, FullyConnected, AveragePool2D, Softmax, Add and Reshape, in float or with 8-bit weights, as ONNX files.

TFLite has channels last and ONNX channels first: kernels and the columns of a layer behind a Reshape are put into ONNX's order.
"""

import pathlib

import numpy
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

FLOAT32, INT32, INT8 = 0, 2, 9  # tflite.TensorType
NONE, RELU, RELU6 = 0, 1, 3     # tflite.ActivationFunctionType
SAME = 0                        # tflite.Padding
CHANNELS_FIRST = (0, 3, 1, 2)


class Converter:
    """The nodes and constants of one file's first subgraph, under the names that they get in ONNX."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.model = tflite.Model.GetRootAsModel(self.path.read_bytes(), 0)
        self.graph = self.model.Subgraphs(0)
        self.nodes, self.constants = [], []
        self.names = {self.graph.Inputs(0): "input"}  # of a tensor of TFLite, by its number
        self.pictures = {}                            # rows that were pictures, by the number: height, width, channels

    def shape(self, tensor):
        found = self.graph.Tensors(tensor)
        return [int(size) for size in found.ShapeAsNumpy()] if found.ShapeLength() else []

    def values(self, tensor):
        """A constant as numbers; 8-bit weights times their scales, by channel."""
        found = self.graph.Tensors(tensor)
        data = self.model.Buffers(found.Buffer()).DataAsNumpy().tobytes()
        if found.Type() != INT8:
            return numpy.frombuffer(data, {FLOAT32: numpy.float32, INT32: numpy.int32}[found.Type()]).reshape(self.shape(tensor))
        integers = numpy.frombuffer(data, numpy.int8).reshape(self.shape(tensor)).astype(numpy.float64)
        quantization = found.Quantization()
        along = [1] * integers.ndim
        along[quantization.QuantizedDimension()] = -1
        zero = quantization.ZeroPointAsNumpy().reshape(along)
        return ((integers - zero) * quantization.ScaleAsNumpy().astype(numpy.float64).reshape(along)).astype(numpy.float32)

    def constant(self, name, values):
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(values), name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def activated(self, function, name):
        if function == NONE:
            return name
        if function == RELU:
            return self.node("Relu", [name], f"{name}_relu")
        if function == RELU6:
            bounds = [self.constant(f"{name}_{bound}", numpy.float32(bound)) for bound in (0, 6)]
            return self.node("Clip", [name, *bounds], f"{name}_relu6")
        raise SystemExit(f"{self.path}: activation {function} of {name}")

    def convolution(self, inputs, name, options, depthwise):
        kernel = self.values(inputs[1]).transpose((3, 0, 1, 2) if depthwise else CHANNELS_FIRST)
        padding = {"auto_pad": "SAME_UPPER"} if options.Padding() == SAME else {}
        parameters = [self.constant(f"{name}_w", kernel), self.constant(f"{name}_b", self.values(inputs[2]))]
        return self.node("Conv", [self.names[inputs[0]], *parameters], name, kernel_shape=kernel.shape[2:],
                         strides=[options.StrideH(), options.StrideW()], group=self.shape(inputs[0])[3] if depthwise else 1,
                         dilations=[options.DilationHFactor(), options.DilationWFactor()], **padding)

    def pool(self, inputs, name, options):
        padding = {"auto_pad": "SAME_UPPER"} if options.Padding() == SAME else {}
        return self.node("AveragePool", [self.names[inputs[0]]], name, kernel_shape=[options.FilterHeight(), options.FilterWidth()],
                         strides=[options.StrideH(), options.StrideW()], **padding)

    def fully_connected(self, inputs, name):
        weights = self.values(inputs[1])
        if inputs[0] in self.pictures:
            weights = weights.reshape(-1, *self.pictures[inputs[0]]).transpose(CHANNELS_FIRST).reshape(len(weights), -1)
        elif len(self.shape(inputs[0])) != 2:
            raise SystemExit(f"{self.path}: {name} reads a tensor of the shape {self.shape(inputs[0])}")
        parameters = [self.constant(f"{name}_w", weights)]
        if len(inputs) > 2 and inputs[2] >= 0:
            parameters.append(self.constant(f"{name}_b", self.values(inputs[2])))
        return self.node("Gemm", [self.names[inputs[0]], *parameters], name, transB=1)

    def operator(self, number):
        """Adds the nodes of one operator and names its output."""
        operator = self.graph.Operators(number)
        code = self.model.OperatorCodes(operator.OpcodeIndex())
        code = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        kind = next(name for name, value in vars(tflite.BuiltinOperator).items() if value == code)
        inputs, output, name = [int(tensor) for tensor in operator.InputsAsNumpy()], operator.Outputs(0), f"{kind.lower()}_{number}"

        def options(table):
            found, read = operator.BuiltinOptions(), table()
            read.Init(found.Bytes, found.Pos)
            return read

        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            depthwise = kind != "CONV_2D"
            read = options(tflite.DepthwiseConv2DOptions if depthwise else tflite.Conv2DOptions)
            made = self.activated(read.FusedActivationFunction(), self.convolution(inputs, name, read, depthwise))
        elif kind == "AVERAGE_POOL_2D":
            read = options(tflite.Pool2DOptions)
            made = self.activated(read.FusedActivationFunction(), self.pool(inputs, name, read))
        elif kind == "ADD":
            read = options(tflite.AddOptions)
            made = self.activated(read.FusedActivationFunction(), self.node("Add", [self.names[tensor] for tensor in inputs], name))
        elif kind == "FULLY_CONNECTED":
            read = options(tflite.FullyConnectedOptions)
            made = self.activated(read.FusedActivationFunction(), self.fully_connected(inputs, name))
        elif kind == "RESHAPE":
            made = self.node("Flatten", [self.names[inputs[0]]], name, axis=1)
            if len(self.shape(inputs[0])) == 4:
                self.pictures[output] = self.shape(inputs[0])[1:]
        elif kind == "SOFTMAX":
            made = self.node("Softmax", [self.names[inputs[0]]], name, axis=1)
        else:
            raise SystemExit(f"{self.path}: the operator {kind} is not converted")
        self.names[output] = made

    def write(self, out):
        """Writes the file and gives the shape of its input."""
        for number in range(self.graph.OperatorsLength()):
            self.operator(number)
        given, wanted = self.shape(self.graph.Inputs(0)), self.shape(self.graph.Outputs(0))
        given = [1, given[3], given[1], given[2]] if len(given) == 4 else [1, *given[1:]]
        self.node("Identity", [self.names[self.graph.Outputs(0)]], "output")
        graph = helper.make_graph(self.nodes, self.path.stem, [helper.make_tensor_value_info("input", TensorProto.FLOAT, given)],
                                  [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, *wanted[1:]])], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(onnx.shape_inference.infer_shapes(model), str(out))
        return given


def convert(path, out):
    """Writes `out` and says how far it is from TFLite's interpreter, which computes in its own order; a layer of 8-bit weights rounds its inputs too."""
    given = Converter(path).write(out)
    try:
        from ai_edge_litert.interpreter import Interpreter
        import onnxruntime
    except ImportError as missing:
        return f"converted, not compared: {missing.name} is not installed"
    interpreter = Interpreter(str(path))
    interpreter.allocate_tensors()
    session = onnxruntime.InferenceSession(str(out))
    random, worst = numpy.random.default_rng(1), 0
    for scale in (1, 255):
        x = (random.random(given) * scale).astype(numpy.float32)
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], x.transpose(0, 2, 3, 1) if x.ndim == 4 else x)
        interpreter.invoke()
        wanted = interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel()
        worst = max(worst, float(numpy.abs(wanted - session.run(None, {"input": x})[0].ravel()).max() / numpy.abs(wanted).max()))
    return f"converted, {worst:.1e} of the largest value from TFLite's interpreter"
