/** A code moved towards the mode of its posterior, by a Gauss–Newton step. */

const NUDGE = 1 / 128; // half the distance over which logits are compared, in units of z

/** The code after the step of vae/model/newton.py, δ = (Jᵀ diag(p(1 − p)) J + I)⁻¹ (Jᵀ(x − p) − z),
 * with J by central differences.
 * @param {Float32Array} x pixels in [0, 1] @param {Float32Array} z
 * @param {(codes: Float32Array, count: number) => Float32Array} logits of many codes */
export function gaussNewton(x, z, logits) {
  const [d, n] = [z.length, x.length];
  const codes = new Float32Array((2 * d + 1) * d); // z, then each axis up and down
  for (let row = 0; row <= 2 * d; row++) codes.set(z, row * d);
  for (let i = 0; i < d; i++) {
    codes[(2 * i + 1) * d + i] += NUDGE;
    codes[(2 * i + 2) * d + i] -= NUDGE;
  }
  const l = logits(codes, 2 * d + 1);
  const jacobian = Array.from(z, (value, i) => {
    const [up, down] = [(2 * i + 1) * n, (2 * i + 2) * n];
    return Float64Array.from({ length: n }, (_, at) => (l[up + at] - l[down + at]) / (2 * NUDGE));
  });
  const p = Float64Array.from(l.subarray(0, n), (value) => 1 / (1 + Math.exp(-value)));
  const curvature = jacobian.map((a, i) =>
    jacobian.map((b, j) => p.reduce((sum, q, at) => sum + a[at] * q * (1 - q) * b[at], i === j ? 1 : 0)),
  );
  const gradient = jacobian.map((a, i) => p.reduce((sum, q, at) => sum + a[at] * (x[at] - q), -z[i]));
  const step = solved(curvature, gradient);
  return z.map((value, i) => value + step[i]);
}

/** The solution of A v = b for a positive definite A, by elimination.
 * @param {number[][]} matrix @param {number[]} right */
function solved(matrix, right) {
  const rows = matrix.map((row, i) => [...row, right[i]]);
  const d = rows.length;
  for (let i = 0; i < d; i++) {
    for (let below = i + 1; below < d; below++) {
      const share = rows[below][i] / rows[i][i];
      for (let at = i; at <= d; at++) rows[below][at] -= share * rows[i][at];
    }
  }
  const v = right.map(() => 0);
  for (let i = d - 1; i >= 0; i--) {
    v[i] = (rows[i][d] - v.reduce((sum, known, j) => sum + known * rows[i][j], 0)) / rows[i][i];
  }
  return v;
}
