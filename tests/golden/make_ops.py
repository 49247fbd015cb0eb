#!/usr/bin/env python3
"""Makes tests/golden/ops: operations as PyTorch computes them, in the layout of golden/ops.

Never run by the build or the tests. Needs torch and safetensors.
"""
import ops_cases
import ops_elementwise
import ops_model_parts
import ops_rows
import ops_training

ops_elementwise.binary()
ops_elementwise.unary()
ops_elementwise.special()
ops_rows.matmul()
ops_rows.reduce()
ops_rows.softmax()
ops_rows.norm()
ops_model_parts.loss()
ops_model_parts.index()
ops_model_parts.shape()
ops_model_parts.conv()
ops_model_parts.attention()
ops_model_parts.position()
ops_training.optim()
ops_training.schedule()
ops_training.clip()
ops_cases.save()
