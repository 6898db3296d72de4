# Makes the cases of texts in other encodings, with R in the C locale: LC_ALL=C Rscript make-encodings.R. What R writes on a machine
# of that encoding is made by naming it in the file's header.
suppressMessages(library(ranger))
set.seed(7)
n <- 60
put <- function(name, encoding, labels, note = NULL) {
  f <- factor(labels[sample(length(labels), n, TRUE)], levels = labels)
  d <- data.frame(a = rnorm(n), f = f)
  d$y <- d$a + as.integer(f)
  m <- ranger(y ~ a + f, d, num.trees = 6, seed = 1, num.threads = 1, respect.unordered.factors = "order")
  if (!is.null(note)) attr(m, "note") <- note
  p <- predict(m, d[1:8, ], num.threads = 1)$predictions
  b <- serialize(m, NULL, xdr = TRUE, version = 3)
  # X, three numbers, and the length of the native encoding's name before the name itself.
  old <- sum(as.integer(b[15:18]) * 256^(3:0))
  b <- c(b[1:14], as.raw(c(0, 0, 0, nchar(encoding))), charToRaw(encoding), b[(19 + old):length(b)])
  out <- gzfile(paste0(name, ".RDS"), "wb"); writeBin(b, out); close(out)
  label <- sapply(labels, function(text) if (is.null(note)) iconv(text, encoding, "UTF-8", toRaw = TRUE)[[1]] else charToRaw(text), simplify = FALSE)
  rows <- file(paste0(name, ".rows.json"), "wb")
  say <- function(text) writeBin(if (is.raw(text)) text else charToRaw(text), rows)
  say('{"rows":[')
  for (i in 1:8) {
    say(sprintf('%s{"a":%.17g,"f":"', if (i > 1) ",\n" else "", d$a[i])); say(label[[as.integer(f)[i]]]); say('"}')
  }
  say(sprintf('],\n"predictions":[%s]}\n', paste(sprintf("%.17g", p), collapse = ",")))
  close(rows)
}
put("text-euc-kr", "EUC-KR", c("\xb0\xa1", "\xb3\xaa", "\xb4\xd9"))
put("text-cp874", "CP874", c("\xa1\xd2", "\xa2", "x"))
put("text-gbk", "GBK", c("\xd6\xd0", "\xb9\xfa"))
put("text-shift-jis", "CP932", c("\x93\xfa", "\x96\x7b", "\x83\x5c"))
put("text-cp1250", "CP1250", c("\xb9", "\xea", "z"))
# A note that is no text of its file's encoding, in a model whose names and labels are.
put("text-unreadable-note", "UTF-8", c("x", "y"), note = "caf\xe9")
