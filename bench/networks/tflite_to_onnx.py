"""TFLite networks of Conv2D, DepthwiseConv2D, FullyConnected, AveragePool2D, Softmax, Add and Reshape, in float or with 8-bit weights, as ONNX files."""

import pathlib

import numpy as np
import onnx
import tflite
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper as nh


def options(op, kind):
    o = kind(); t = op.BuiltinOptions(); o.Init(t.Bytes, t.Pos); return o

def convert(path, out):
    model = tflite.Model.GetRootAsModel(pathlib.Path(path).read_bytes(), 0)
    g = model.Subgraphs(0)
    codes = [max(model.OperatorCodes(i).BuiltinCode(), model.OperatorCodes(i).DeprecatedBuiltinCode()) for i in range(model.OperatorCodesLength())]
    names = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}
    def shape(i): return [int(v) for v in g.Tensors(i).ShapeAsNumpy()] if g.Tensors(i).ShapeLength() else []
    def const(i):
        b = model.Buffers(g.Tensors(i).Buffer())
        if b.DataLength() == 0: return None
        if g.Tensors(i).Type() == 9:
            t = g.Tensors(i); q = t.Quantization(); w = np.frombuffer(b.DataAsNumpy().tobytes(), np.int8).reshape(shape(i)).astype(np.float64)
            k = [1] * w.ndim; k[q.QuantizedDimension()] = -1
            return ((w - q.ZeroPointAsNumpy().reshape(k)) * q.ScaleAsNumpy().astype(np.float64).reshape(k)).astype(np.float32)
        return np.frombuffer(b.DataAsNumpy().tobytes(), {0: np.float32, 2: np.int32}[g.Tensors(i).Type()]).reshape(shape(i))
    nodes, inits, val = [], [], {}
    def init(name, a): inits.append(nh.from_array(np.ascontiguousarray(a), name)); return name
    src, dst = g.Inputs(0), g.Outputs(0)
    s = shape(src)
    four = len(s) == 4
    val[src] = "input"
    def act(code, name):
        if code == 0: return name
        if code == 1: nodes.append(h.make_node("Relu", [name], [name + "_relu"])); return name + "_relu"
        if code == 3:
            init(name + "_0", np.float32(0)); init(name + "_6", np.float32(6))
            nodes.append(h.make_node("Clip", [name, name + "_0", name + "_6"], [name + "_relu6"])); return name + "_relu6"
        raise SystemExit(f"activation {code}")
    flat = {}   # tensors that are [1,N] made of [H,W,C]: the ONNX order is NCHW, so weights are permuted
    for k in range(g.OperatorsLength()):
        op = g.Operators(k); name = names[codes[op.OpcodeIndex()]]; n = f"{name.lower()}_{k}"
        i = list(op.InputsAsNumpy()); o = op.Outputs(0)
        if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
            q = options(op, tflite.Conv2DOptions if name == "CONV_2D" else tflite.DepthwiseConv2DOptions)
            w, b = const(i[1]), const(i[2])
            groups = 1
            if name == "CONV_2D": w = w.transpose(0, 3, 1, 2)
            else: w = w.transpose(3, 0, 1, 2); groups = shape(i[0])[3]
            a = dict(strides=[q.StrideH(), q.StrideW()], group=groups, kernel_shape=list(w.shape[2:]),
                     dilations=[q.DilationHFactor(), q.DilationWFactor()])
            if q.Padding() == 0: a["auto_pad"] = "SAME_UPPER"
            nodes.append(h.make_node("Conv", [val[i[0]], init(n + "_w", w), init(n + "_b", b)], [n], name=n, **a))
            val[o] = act(q.FusedActivationFunction(), n)
        elif name == "AVERAGE_POOL_2D":
            q = options(op, tflite.Pool2DOptions)
            a = dict(kernel_shape=[q.FilterHeight(), q.FilterWidth()], strides=[q.StrideH(), q.StrideW()])
            if q.Padding() == 0: a["auto_pad"] = "SAME_UPPER"
            nodes.append(h.make_node("AveragePool", [val[i[0]]], [n], name=n, **a)); val[o] = act(q.FusedActivationFunction(), n)
        elif name == "ADD":
            q = options(op, tflite.AddOptions)
            nodes.append(h.make_node("Add", [val[i[0]], val[i[1]]], [n], name=n)); val[o] = act(q.FusedActivationFunction(), n)
        elif name == "RESHAPE":
            nodes.append(h.make_node("Flatten", [val[i[0]]], [n], name=n, axis=1)); val[o] = n
            if len(shape(i[0])) == 4: flat[o] = shape(i[0])[1:]
        elif name == "FULLY_CONNECTED":
            q = options(op, tflite.FullyConnectedOptions)
            w, b = const(i[1]), const(i[2]) if len(i) > 2 and i[2] >= 0 else None
            x = i[0]
            if len(shape(x)) == 4: raise SystemExit("fc on 4-d")
            if x in flat:
                hh, ww, cc = flat[x]; w = w.reshape(-1, hh, ww, cc).transpose(0, 3, 1, 2).reshape(w.shape[0], -1)
            ins = [val[x], init(n + "_w", w)] + ([init(n + "_b", b)] if b is not None else [])
            nodes.append(h.make_node("Gemm", ins, [n], name=n, transB=1)); val[o] = act(q.FusedActivationFunction(), n)
        elif name == "SOFTMAX":
            nodes.append(h.make_node("Softmax", [val[i[0]]], [n], name=n, axis=1)); val[o] = n
        else: raise SystemExit(f"{path}: {name}")
    order = [s[0], s[3], s[1], s[2]] if four else s
    order[0] = 1
    nodes.append(h.make_node("Identity", [val[dst]], ["output"]))
    graph = h.make_graph(nodes, pathlib.Path(path).stem, [h.make_tensor_value_info("input", T.FLOAT, order)],
                         [h.make_tensor_value_info("output", T.FLOAT, [1] + shape(dst)[1:])], inits)
    m = h.make_model(graph, opset_imports=[h.make_opsetid("", 13)]); m.ir_version = 8
    onnx.checker.check_model(m); m = onnx.shape_inference.infer_shapes(m)
    onnx.save(m, str(out))
    return compare(path, out, order, four)


def compare(path, out, order, four):
    """How far the file is from the TFLite interpreter, which computes in its own order; a layer of 8-bit weights rounds its inputs too."""
    import onnxruntime as ort
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        return "converted, not compared: ai-edge-litert is not installed"
    t = Interpreter(str(path)); t.allocate_tensors(); r = np.random.default_rng(1)
    worst = 0
    sess = ort.InferenceSession(str(out))
    for scale in (1, 255):
        x = (r.random(order) * scale).astype(np.float32)
        t.set_tensor(t.get_input_details()[0]["index"], x.transpose(0, 2, 3, 1) if four else x); t.invoke()
        y = t.get_tensor(t.get_output_details()[0]["index"]); z = sess.run(None, {"input": x})[0]
        worst = max(worst, float(np.abs(y.ravel() - z.ravel()).max() / max(1e-9, np.abs(y).max())))
    return f"converted, {worst:.1e} of the largest value from the TFLite interpreter"
