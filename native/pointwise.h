// Functions of single numbers, with their derivatives.
#pragma once
#include "kernels.h"
#include "lanes.h"

namespace {

/** 1 / (1 + e^-x). */
inline Lanes logistic(Lanes x) { return Lanes::all(1) / (Lanes::all(1) + exponential(Lanes::all(0) - x)); }

/** 1 - 2 / (e^2x + 1). */
inline Lanes hyperbolicTangent(Lanes x) { return Lanes::all(1) - Lanes::all(2) / (exponential(x + x) + Lanes::all(1)); }

struct ValueAndSlope {
  Lanes value, slope;
};

/** One of std's functions in each lane, for what is rare. */
template <class Apply> inline Lanes eachLane(Lanes x, Apply apply) {
  float v[laneCount];
  x.store(v);
  for (float& y : v) y = apply(y);
  return Lanes::load(v);
}

inline ValueAndSlope activate(Activation kind, Lanes x) {
  const Lanes zero = Lanes::all(0), one = Lanes::all(1), half = Lanes::all(0.5f);
  switch (kind) {
    case Activation::gelu: {
      // x (1 + tanh u) / 2 = x s with s = 1 / (1 + e^-2u), and u = root (x + cubic x^3).
      const Lanes twice = Lanes::all(2 * 0.7978845608f), cubic = Lanes::all(0.044715f), squared = x * x;
      const Lanes s = logistic(twice * fma(cubic * squared, x, x));
      const Lanes inside = twice * fma(Lanes::all(3 * 0.044715f), squared, one);
      const Lanes value = x * s;
      return {value, fma(value * (one - s), inside, s)};
    }
    case Activation::silu: {
      const Lanes s = logistic(x);
      return {x * s, s * fma(x, one - s, one)};
    }
    case Activation::relu: return {whereLess(zero, x, x, x * zero), whereLess(zero, x, one, zero)};
    case Activation::tanh: {
      const Lanes t = hyperbolicTangent(x);
      return {t, one - t * t};
    }
    case Activation::sigmoid: {
      const Lanes s = logistic(x);
      return {s, s * (one - s)};
    }
    case Activation::exp: {
      const Lanes e = exponential(x);
      return {e, e};
    }
    case Activation::log: return {eachLane(x, [](float y) { return std::log(y); }), one / x};
    case Activation::sqrt: {
      const Lanes root = eachLane(x, [](float y) { return std::sqrt(y); });
      return {root, half / root};
    }
    case Activation::square: return {x * x, x + x};
    case Activation::absolute:
      return {eachLane(x, [](float y) { return std::fabs(y); }), whereLess(zero, x, one, whereLess(x, zero, zero - one, zero))};
    case Activation::none: break;
  }
  return {x, one};
}

}  // namespace
