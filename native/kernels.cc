// All kernels for one set of instructions. This file is compiled once for each, with its flags and with TABLE set to the name of its table.
#include "kernels.h"

#include "attention.h"
#include "decoding.h"
#include "eight-bit.h"
#include "elementwise.h"
#include "matmul.h"
#include "rowwise.h"

const Kernels TABLE = {
    matmul,  eightBitMatmul, attention, attentionBackward, pagedAttention, sample, layerNorm, normBackward, rmsNorm, softmax,    softmaxBackward, activation,   gatedSilu,    gatedSiluBackward,
    rotary,  binary,    scaled,            copy,      sum,          gatherRows, scatterRows, crossEntropy,    sumOfSquares, firstNonFinite, adam,
};
