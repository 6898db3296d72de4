/*
 * libm NAME: reads doubles from the standard input, and writes the values of a function of the C library to the standard output,
 * in the machine's order of bytes. A function of two arguments reads them by pairs. Floats are passed as doubles.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef double (*one)(double);
typedef double (*two)(double, double);

static double single_exp(double x) { return expf((float)x); }
static double single_log(double x) { return logf((float)x); }
static double single_pow(double x, double y) { return powf((float)x, (float)y); }

static const struct { const char *name; one apply; } ONES[] = {
  {"exp", exp}, {"log", log}, {"log2", log2}, {"log10", log10}, {"log1p", log1p}, {"expm1", expm1}, {"tanh", tanh},
  {"sinh", sinh}, {"cosh", cosh}, {"asinh", asinh}, {"acosh", acosh}, {"atanh", atanh},
  {"expf", single_exp}, {"logf", single_log},
};
static const struct { const char *name; two apply; } TWOS[] = {{"pow", pow}, {"powf", single_pow}};

int main(int count, char **names) {
  static double in[1 << 16], out[1 << 16];
  one unary = 0;
  two binary = 0;
  size_t read;
  if (count != 2) return 2;
  for (size_t at = 0; at < sizeof ONES / sizeof *ONES; at += 1) if (!strcmp(names[1], ONES[at].name)) unary = ONES[at].apply;
  for (size_t at = 0; at < sizeof TWOS / sizeof *TWOS; at += 1) if (!strcmp(names[1], TWOS[at].name)) binary = TWOS[at].apply;
  if (!unary && !binary) return 2;
  while ((read = fread(in, sizeof *in, 1 << 16, stdin)) > 0) {
    size_t answers = unary ? read : read / 2;
    for (size_t at = 0; at < answers; at += 1) out[at] = unary ? unary(in[at]) : binary(in[2 * at], in[2 * at + 1]);
    if (fwrite(out, sizeof *out, answers, stdout) != answers) return 1;
  }
  return 0;
}
