# Makes the RDS files of this folder: Rscript make.R (R 4.2 wrote those that are committed).
# Each is small, so that a test can cut it off at every byte.

write <- function(value, name, version = 3, compress = FALSE, ascii = FALSE) {
  saveRDS(value, paste0(name, ".RDS"), version = version, compress = compress, ascii = ascii)
}

# One value in every form a file may have.
mixed <- list(
  double = c(1.5, NA, NaN, Inf, -Inf, -0, 5e-324, 1.7976931348623157e308),
  integer = c(1L, NA, -2147483647L, 2147483647L),
  logical = c(TRUE, FALSE, NA),
  text = c("a", NA, "", "NA"),
  nothing = NULL,
  complex = complex(real = 1, imaginary = 2),
  raw = as.raw(0:3),
  factor = factor(c("low", "high", "low"), levels = c("low", "high")),
  frame = data.frame(x = c(1, 2), y = c("p", "q")),
  matrix = matrix(c(1, 2, 3, 4, 5, 6), 2, dimnames = list(c("a", "b"), NULL))
)
write(mixed, "v2-plain", 2)
write(mixed, "v2-gzip", 2, "gzip")
write(mixed, "v3-plain", 3)
write(mixed, "v3-gzip", 3, "gzip")

# Other forms, compressions, and save().
native <- function(value, name) writeBin(serialize(value, NULL, xdr = FALSE), paste0(name, "-native.RDS"))
write(mixed, "mixed-ascii", ascii = TRUE)
write(mixed, "mixed-ascii-hex", ascii = NA)
native(mixed, "mixed")
write(mixed, "mixed-bzip2", compress = "bzip2")
write(mixed, "mixed-xz", compress = "xz")
write(rep(0, 2^20), "zeros-bzip2", compress = "bzip2")
write(rep(0, 2^20), "zeros-xz", compress = "xz")
x <- 1
save(x, file = "workspace.RData")
save(x, file = "workspace-ascii.RData", ascii = TRUE)
save(x, file = "workspace-xz.RData", compress = "xz")
twice <- function(value, name) {
  write(value, name)
  write(value, paste0(name, "-ascii"), ascii = TRUE)
  native(value, name)
}

# Compact forms (ALTREP).
write(list(up = 1:1000, down = 10:-10, beyond = 2147483647:2147483650), "sequences")
write(list(sorted = sort(seq(0.25, 25, by = 0.25), decreasing = TRUE)), "wrapped")
twice(list(whole = as.character(1:70), some = as.character(c(3L, NA, -5L)), double = as.character(c(1, 25, -3))), "deferred")

# Texts in two encodings, and bytes.
latin1 <- "pre\xe7o"
Encoding(latin1) <- "latin1"
bytes <- "\xff\x01"
Encoding(bytes) <- "bytes"
twice(list(utf8 = "Predi\u00e7\u00e3o \u2264 \U0001F333", latin1 = latin1, bytes = bytes), "texts")

# What holds code or points out of the file, and what refers to it twice.
make <- function() {
  hidden <- 42
  list(formula = y ~ log(x) + `a b`, again = environment())
}
write(make(), "formula")
adder <- function(a, b = 2, ...) {
  inner <- function(z) if (z > 0) z + a else stop("below zero: ", z)
  vapply(seq_along(b), function(i) inner(b[[i]]) * 2L, 0)
}
environment(adder) <- globalenv()
attr(adder, "srcref") <- NULL
twice(list(before = 1, code = compiler::cmpfun(adder), plain = adder, after = 2), "closure")
setClass("Point", representation(x = "numeric", y = "numeric"))
twice(list(point = new("Point", x = 1, y = 2), after = 3), "s4")
pointer <- new("externalptr")
twice(list(pointer = pointer, same = pointer, builtin = sum, special = quote, package = as.environment("package:stats"),
           namespace = asNamespace("stats"), empty = emptyenv(), after = 4), "pointer")
delayedAssign("lazy", stop("never"))
holder <- new.env(parent = emptyenv())
delayedAssign("lazy", 1 + 2, eval.env = globalenv(), assign.env = holder)
twice(list(holder = holder, after = 5), "promise")
twice(list(call = quote(ranger(y ~ ., data = d, num.trees = 500)), deep = quote(((((1 + 2) * 3) - 4) / 5)^6),
           words = as.pairlist(list(a = 1, b = "two")), expression = expression(a, b + 1)), "language")
