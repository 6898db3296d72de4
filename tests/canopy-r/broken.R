# Rscript tests/canopy-r/broken.R URL: canopy_endpoint() and servers that are slow, busy, broken or another's (tests/canopy-r/broken.ts).
source("model/canopy.R")
base <- commandArgs(TRUE)[1]
said <- function(expr) tryCatch({
  expr
  "no error"
}, error = function(e) paste(class(e)[1], conditionMessage(e)))
expect <- function(words, expr) if (!grepl(words, found <- said(expr))) stop("expected ", words, ", found ", found)
at <- function(name, key = NULL) canopy_endpoint(paste0(base, "/", name, "//"), key)
rows <- data.frame(a = c(1, NA, 0.1 + 0.2, 3), f = c("x", "y", "z", NA), more = I(list(1, 2, 3, 4)))
for (program in c(FALSE, TRUE)) {
  options(canopy.program = program)
  expect("canopy_problem .*status 200, but no answer of a model", at("html"))
  expect("canopy_problem .*status 200, but no answer of a model", at("code"))
  expect("canopy_problem .*status 200, but no answer of a model", at("deep"))
  expect("canopy_problem .*status 302, which leads to another address", at("redirect", key = "secret"))
  expect("canopy_problem .*: Forbidden", at("forbidden"))
  expect("canopy_problem .*status 500", at("text"))
  expect("key a\"b\\\\c \\$x '", at("key", key = "a\"b\\c $x '"))
  expect("simpleError no answer from", canopy_endpoint("http://127.0.0.1:1"))
  expect("one line each", canopy_endpoint("http://x\r\nHost: y"))
  busy <- predict(at("busy"), rows)
  stopifnot(identical(unname(busy), c(1.5, NA, 1.5, NA)))
  expect("canopy_problem .*too large\n  /a too long\n +only a message", predict(at("large"), rows))
  expect("1 predictions for 2 rows", predict(at("short"), rows))
  expect("no answer from", predict(at("cut"), rows))
  expect("no answer of a model", predict(at("other"), rows))
  stopifnot(identical(unname(predict(at("echo"), rows))[3], "0.30000000000000004|z"))
}
echo <- at("echo")
many <- data.frame(a = seq_len(10001) / 3, f = "x")
stopifnot(identical(unname(predict(echo, many)), paste0(vapply(many$a, function(x) format(x, digits = 15), ""), "|x")) || length(predict(echo, many)) == 10001)
for (deploy in c("deploy", "calibrated", "background")) {
  expect("two models answered, as in a deploy", predict(at(deploy), many))
  stopifnot(identical(as.character(predict(at(deploy), many[1, ])), "new"))
}
stopifnot(identical(unname(predict(echo, matrix(1:4, 2, dimnames = list(NULL, c("a", "f"))))), c("1|3", "2|4")))
stopifnot(length(predict(echo, rows[0, ])) == 0, all(is.na(predict(echo, data.frame(a = NA, f = "x")))))
text <- "q\"uo\\te\nnl\t\u00e9\U1F600"
stopifnot(identical(unname(predict(echo, data.frame(a = 1, f = text))), paste0("1|", text)))
latin <- iconv("\u00e9", "UTF-8", "latin1")
stopifnot(identical(unname(predict(echo, data.frame(a = 1, f = latin))), "1|\u00e9"))
expect("newdata has no column f", predict(echo, data.frame(a = 1)))
expect("the column a: a column of class", predict(echo, data.frame(a = I(list(1)), f = "x")))
expect("the column a: an infinite number", predict(echo, data.frame(a = Inf, f = "x")))
stopifnot(!file.exists("canopy-r-was-run"))
cat("servers that are broken: each refused in words\n")
