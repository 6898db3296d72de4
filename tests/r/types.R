# Makes fresh models of rarer columns with R's predictions: dates, times, integer64, NA as a level, logicals that only a formula
# tells; T and F, poly() of several variables, constants of the formula's environment: Rscript tests/r/types.R FOLDER SEED COUNT
args <- commandArgs(TRUE)
dir <- args[1]
seed <- as.integer(args[2])
set.seed(seed)
source(file.path(dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))), "../golden/write-others.R"))
suppressMessages({ library(ranger); library(randomForest); library(rpart); library(bit64) })

plain <- value
value <- function(x) {
  if (is.na(x)) return("null")
  if (inherits(x, "integer64")) as.character(x)
  else if (inherits(x, "Date")) text(format(x))
  else if (inherits(x, "POSIXct")) text(format(x, "%Y-%m-%dT%H:%M:%OS3Z", tz = "UTC"))
  else plain(x)
}
pick <- function(x, n = 1) x[sample.int(length(x), n)]

# ranger keeps no levels of g: rows that lack one must have all of them still, since R goes by its code.
draw <- function(n) {
  data <- data.frame(a = rnorm(n), b = runif(n, 1, 9), k = sample(1:6, n, TRUE), l = runif(n) < 0.5)
  data$day <- as.Date("1999-06-01") + sample(0:9000, n, TRUE)
  # Thousandths of a second that a double holds as they are written.
  data$t <- as.POSIXct("2001-01-01", tz = pick(c("UTC", "America/Sao_Paulo", "Asia/Tokyo"))) + sample(0:5e8, n) + sample(0:7, n, TRUE) / 8
  data$dur <- as.difftime(runif(n, 1, 50), units = "hours")
  data$cnt <- as.integer64(sample(0:300, n, TRUE))
  data$id <- as.integer64("4000000000") * sample(1:900, n, TRUE) + sample(1:1000, n, TRUE)
  data$g <- addNA(factor(sample(c("x", "y", "z", NA), n, TRUE), levels = c("x", "y", "z")))
  data$f <- factor(sample(c("u", "v", "w"), n, TRUE))
  data$y <- data$a + as.integer(data$g) + as.numeric(data$day) / 2000 + as.numeric(data$t) / 3e8 + as.numeric(data$cnt) / 60 + as.numeric(data$id) / 1e12 + data$l
  data
}
sidecar <- function(name, features) {
  if (length(features)) writeLines(sprintf('{"features": {%s}}', paste(sprintf('"%s": %s', names(features), features), collapse = ", ")), file.path(dir, paste0(name, ".model.json")))
}
TYPES <- c(day = '{"type": "date"}', t = '{"type": "datetime"}', g = '{"levels": ["x", "y", "z", null]}', l = '{"type": "logical"}')
TREES <- c("a", "b", "day", "t", "dur", "cnt", "id", "g", "l")
LINEAR <- c("a", "b", "k", "day", "t", "dur", "g", "l", "poly(a, b, degree = 2)", "poly(a, b, degree = 2, raw = T)", "poly(b, 2, raw = T)",
  "scale(a, scale = F)", "cut(k, breaks = c(1, 3, 6), include.lowest = T)", "I(l == TRUE)", "factor(l, levels = c(F, T), labels = c(\"no\", \"yes\"))",
  "I(b + shift)", "pmin(a, low)", "I(f == chosen)", "f", "addNA(h)")

for (i in seq_len(as.integer(args[3]))) {
  family <- pick(c("ranger", "ranger", "forest", "rpart", "lm", "lm"))
  data <- draw(pick(60:150))
  data$h <- factor(sample(c("m", "n", NA), nrow(data), TRUE))
  rows <- draw(25)
  rows$h <- factor(sample(c("m", "n", NA), 25, TRUE))
  name <- sprintf("types-%s-%03d", family, i)
  columns <- pick(TREES, pick(2:6))
  # randomForest's predict() stops on NA as a level.
  if (family == "forest") columns <- setdiff(columns, "g")
  if (length(columns) < 2) columns <- c("a", "cnt")
  if (family == "ranger") {
    way <- pick(c("ignore", "order", "partition"))
    model <- ranger(reformulate(columns, "y"), data, num.trees = pick(2:12), num.threads = 1, seed = i, respect.unordered.factors = way)
    # The file has the levels itself where it put them into an order.
    sidecar(name, TYPES[setdiff(intersect(names(TYPES), columns), if (way == "order") "g")])
    write_golden(dir, name, model, "regression", rows[columns], predict(model, rows, num.threads = 1)$predictions)
  } else if (family == "forest") {
    model <- suppressWarnings(randomForest(reformulate(columns, "y"), data, ntree = pick(2:12)))
    sidecar(name, TYPES[intersect(c("day", "t"), columns)])
    write_golden(dir, name, model, "regression", rows[columns], predict(model, rows))
  } else if (family == "rpart") {
    model <- rpart(reformulate(columns, "y"), data, control = rpart.control(cp = 0.002, minsplit = 8, xval = 0))
    sidecar(name, TYPES[intersect(c("day", "t"), columns)])
    write_golden(dir, name, model, "regression", rows[columns], predict(model, rows))
  } else {
    fit <- function(data, shift, chosen) { low <- 0.25; lm(as.formula(paste("y ~", paste(terms, collapse = " + ")), environment()), data) }
    terms <- unique(c(pick(LINEAR, pick(1:6)), "a"))
    model <- fit(data, 2.5, "v")
    used <- intersect(names(rows), all.vars(delete.response(terms(model))))
    if ("f" %in% used) sidecar(name, c(f = '{"levels": ["u", "v", "w"]}'))
    golden_linear(dir, name, model, rows[used])
  }
}
cat(sprintf("R %s: %s models of rarer columns from seed %s\n", getRversion(), args[3], seed))
