# A probability forest whose classes are doubles that are no whole numbers. R keeps their names as texts to be made later.
library(ranger)
set.seed(7)
x <- data.frame(a = round(rnorm(60), 2))
m <- ranger(x = x, y = c(0.5, 1)[1 + (x$a + rnorm(60) / 2 > 0)], probability = TRUE, num.trees = 5, num.threads = 1)
saveRDS(m, "probability-fraction.RDS")
rows <- data.frame(a = c(-2, -0.5, -0.01, 0, 0.13, 1, 3))
p <- predict(m, rows, num.threads = 1)$predictions
number <- function(v) sprintf("%.17g", v)
cat(sprintf('{"name":"probability-fraction","kind":"probability","classes":["%s"],\n"rows":[\n%s],\n"predictions":[\n%s]}\n',
  paste(m$forest$class.values, collapse = '","'),
  paste(sprintf('{"a":%s}', number(rows$a)), collapse = ",\n"),
  paste(apply(p, 1, function(r) sprintf("[%s]", paste(number(r), collapse = ","))), collapse = ",\n")),
  file = "probability-fraction.json")
