# Makes the cases of this folder whose names start with a small letter, with R 4.2 and the reference BLAS: Rscript make.R [folder].
# Needs ranger, randomForest, rpart, survival and bit64. The others came with reports.
suppressMessages({ library(ranger); library(randomForest); library(rpart); library(survival); library(bit64) })
folder <- commandArgs(TRUE)
if (length(folder) == 1) setwd(folder)
options(digits.secs = 6)

# JSON as R's numbers print with 17 digits. Dates and times are ISO 8601 texts, integer64 whole numbers.
text <- function(v) paste0('"', gsub('"', '\\\\"', v), '"')
cell <- function(v) {
  out <- if (is.integer64(v)) as.character(v) else if (is.logical(v)) tolower(as.character(v)) else if (inherits(v, "Date")) text(format(v))
    else if (inherits(v, "POSIXct")) text(format(v, "%Y-%m-%dT%H:%M:%SZ", tz = "UTC"))
    else if (is.factor(v) || is.character(v)) text(as.character(v)) else sprintf("%.17g", as.numeric(v))
  out[is.na(if (is.factor(v)) as.character(v) else v)] <- "null"
  out
}
rows <- function(data) {
  cells <- sapply(names(data), function(name) paste0(text(name), ":", cell(data[[name]])))
  paste0("[", paste(apply(matrix(cells, nrow(data)), 1, function(row) paste0("{", paste(row, collapse = ","), "}")), collapse = ",\n"), "]")
}
number <- function(v) ifelse(is.nan(v), '"NaN"', sprintf("%.17g", v))
predictions <- function(p) {
  if (is.factor(p) || is.character(p)) return(paste0("[", paste(text(as.character(p)), collapse = ","), "]"))
  if (is.matrix(p)) return(paste0("[", paste(apply(p, 1, function(row) paste0("[", paste(number(row), collapse = ","), "]")), collapse = ",\n"), "]"))
  paste0("[", paste(number(p), collapse = ","), "]")
}
put <- function(name, model, data, p) {
  saveRDS(model, paste0(name, ".RDS"))
  cat(sprintf('{"rows":%s,\n"predictions":%s}\n', rows(data), predictions(unname(p))), file = paste0(name, ".rows.json"))
}
sidecar <- function(name, json) cat(json, "\n", sep = "", file = paste0(name, ".model.json"))
grow <- function(...) ranger(..., num.trees = 8, seed = 1, num.threads = 1)
told <- function(m, data) suppressWarnings(predict(m, data, num.threads = 1))

set.seed(15)
n <- 80
d <- data.frame(a = rnorm(n), b = runif(n, 1, 9), cnt = as.integer64(sample(0:500, n, TRUE)), f = factor(sample(letters[1:4], n, TRUE)))
d$day <- as.Date("2024-01-01") + sample(0:400, n, TRUE)
d$t <- as.POSIXct("2024-03-01", tz = "America/Sao_Paulo") + round(runif(n, 0, 1e6))
d$dur <- as.difftime(runif(n, 1, 50), units = "mins")
d$k <- sample(1:6, n, TRUE)
d$l <- runif(n) < 0.5
d$y <- d$a + as.numeric(d$cnt) / 50 + as.integer(d$f) + as.numeric(d$day - as.Date("2024-01-01")) / 100 + as.numeric(d$t) / 1e6 - 1709
d$c <- factor(ifelse(d$y > median(d$y), "yes", "no"))
x <- function(...) d[1:12, c(...), drop = FALSE]

# integer64: small counts, and ids above 2^32.
m <- rpart(y ~ a + cnt, d); put("int64-rpart", m, x("a", "cnt"), predict(m, x("a", "cnt")))
m <- grow(c ~ a + cnt, d[c("c", "a", "cnt")], probability = TRUE)
put("int64-probability", m, x("a", "cnt"), told(m, x("a", "cnt"))$predictions)
d$id <- as.integer64("6000000000") + as.integer64(sample(1:900, n)) * as.integer64(7)
m <- randomForest(c ~ a + id, d[c("c", "a", "id")], ntree = 9); put("int64-ids-rf", m, x("a", "id"), predict(m, x("a", "id")))

# Dates and times.
m <- lm(y ~ a + day + t + dur, d); put("times-lm", m, x("a", "day", "t", "dur"), predict(m, x("a", "day", "t", "dur")))
m <- glm(c ~ a + day, binomial, d); put("date-glm", m, x("a", "day"), predict(m, x("a", "day"), type = "response"))
m <- lm(y ~ a + poly(day, 2), d); put("date-poly-lm", m, x("a", "day"), predict(m, x("a", "day")))
sidecar("date-poly-lm", '{"features": {"day": {"type": "date", "min": "2024-01-01", "max": "2025-06-30"}}}')
m <- rpart(y ~ a + day + t + dur, d); put("times-rpart", m, x("a", "day", "t", "dur"), predict(m, x("a", "day", "t", "dur")))
m <- randomForest(y ~ a + day + t, d, ntree = 8); put("times-rf", m, x("a", "day", "t"), predict(m, x("a", "day", "t")))

# A tree that prune() cut down to its root, of each method.
for (own in list(list("root-anova-rpart", y ~ a + b + f, "vector"), list("root-class-rpart", c ~ a + b + f, "prob"))) {
  m <- prune(rpart(own[[2]], d), cp = 1)
  put(own[[1]], m, x("a", "b", "f"), predict(m, x("a", "b", "f"), type = own[[3]]))
}

# NA as a level.
d$g <- addNA(factor(sample(c("x", "y", "z", NA), n, TRUE)))
d$h <- factor(sample(c("u", "v", NA), n, TRUE))
m <- lm(y ~ a + g, d); put("na-level-lm", m, x("a", "g"), predict(m, x("a", "g")))
m <- lm(y ~ a + addNA(h), d); put("na-level-made-lm", m, x("a", "h"), predict(m, x("a", "h")))
m <- lm(y ~ a + factor(h, exclude = NULL), d); put("na-level-exclude-lm", m, x("a", "h"), predict(m, x("a", "h")))
m <- rpart(y ~ a + g, d); put("na-level-rpart", m, x("a", "g"), predict(m, x("a", "g")))
m <- grow(y ~ a + g, d, respect.unordered.factors = "partition"); put("na-level-partition", m, x("a", "g"), told(m, x("a", "g"))$predictions)
sidecar("na-level-partition", '{"features": {"g": {"levels": ["x", "y", "z", null]}}}')

# Forests of ranger before 0.11.5, which counted the response among the variables: made from today's, answered by ranger's conversion.
old <- function(m, dependent, status = NULL) {
  f <- m$forest
  f$dependent.varID <- dependent
  f$status.varID <- status
  for (p in sort(c(dependent, status))) {
    f$split.varIDs <- lapply(f$split.varIDs, function(ids) ifelse(ids >= p, ids + 1, ids))
    f$is.ordered <- append(f$is.ordered, TRUE, after = p)
  }
  m$forest <- f
  m
}
d$time <- rexp(n, 1 / (1 + d$b)); d$status <- rbinom(n, 1, 0.7)
v <- c("a", "b", "k")
m <- old(grow(y ~ a + b + k, d), 0); put("old-first", m, x(v), told(m, x(v))$predictions)
m <- old(grow(c ~ a + b + k, d, probability = TRUE), 1); put("old-middle", m, x(v), told(m, x(v))$predictions)
m <- old(grow(y ~ a + b + k, d), 3); put("old-last", m, x(v), told(m, x(v))$predictions)
m <- old(grow(Surv(time, status) ~ a + b + k, d), 1, 3); put("old-survival", m, x(v), told(m, x(v))$survival)
m <- old(grow(Surv(time, status) ~ a + b + k, d), 2, 0); put("old-survival-status-first", m, x(v), told(m, x(v))$survival)

# Infinite values in training: ranger splits between -Inf and Inf at NaN, and one side stays empty.
e <- d
e$a <- ifelse(runif(n) < 0.5, -Inf, Inf)
m <- grow(y ~ a + b, e, min.node.size = 1); put("infinite", m, x("a", "b"), told(m, x("a", "b"))$predictions)

# T and F for TRUE and FALSE.
m <- lm(y ~ poly(b, 2, raw = T) + a, d); put("T-poly-lm", m, x("a", "b"), predict(m, x("a", "b")))
m <- lm(y ~ scale(a, scale = F) + scale(b, center = F, scale = T), d); put("F-scale-lm", m, x("a", "b"), predict(m, x("a", "b")))
m <- lm(y ~ cut(k, breaks = c(1, 3, 6), include.lowest = T) + a, d); put("T-cut-lm", m, x("a", "k"), predict(m, x("a", "k")))
m <- rpart(y ~ I(a > 0 & T) + b, d); put("T-rpart", m, x("a", "b"), predict(m, x("a", "b")))

# poly() of several variables.
m <- lm(y ~ poly(a, b, degree = 2), d); put("poly-two-lm", m, x("a", "b"), predict(m, x("a", "b")))
m <- lm(y ~ poly(a, b, degree = 2, raw = TRUE), d); put("poly-two-raw-lm", m, x("a", "b"), predict(m, x("a", "b")))
m <- lm(y ~ poly(a, b, k, degree = 2), d); put("poly-three-lm", m, x("a", "b", "k"), predict(m, x("a", "b", "k")))

# Logicals that the formula alone tells.
m <- lm(y ~ factor(l, levels = c(FALSE, TRUE), labels = c("no", "yes")) + a, d); put("logical-labels-lm", m, x("a", "l"), predict(m, x("a", "l")))
m <- lm(y ~ factor(l, levels = c(F, T)) + a, d); put("logical-levels-lm", m, x("a", "l"), predict(m, x("a", "l")))
m <- lm(y ~ (l == TRUE) + a, d); put("logical-equal-lm", m, x("a", "l"), predict(m, x("a", "l")))
m <- glm(c ~ I(l != F) + a, binomial, d); put("logical-unequal-glm", m, x("a", "l"), predict(m, x("a", "l"), type = "response"))

# Variables of the formula's environment: a number, that of an argument, one of an outer function; and a column that hides one.
fit <- function(data, shift) { low <- 2; (function() lm(y ~ log(b + shift) + I(a > low) + pmin(k, low), data))() }
m <- fit(d, 3); put("environment-lm", m, x("a", "b", "k"), predict(m, x("a", "b", "k")))
fit <- function(data) { b <- 5; lm(y ~ log(b) + I(a * b), data) }
m <- fit(d); put("environment-hidden-lm", m, x("a", "b"), predict(m, x("a", "b")))
fit <- function(data, chosen) lm(y ~ I(f == chosen) + f + a, data)
m <- fit(d, "b"); put("environment-text-lm", m, x("a", "f"), predict(m, x("a", "f")))

# Wrapped models: what butcher() leaves, a list and a pin of vetiver, a workspace.
butchered <- function(m, ...) { class(m) <- c(paste0("butchered_", c(...)), class(m)); m$call <- quote(dummy_call()); m }
m <- grow(y ~ a + b, d)
answer <- told(m, x("a", "b"))$predictions
put("butchered", butchered(m, "ranger"), x("a", "b"), answer)
g <- glm(c ~ a + b, binomial, d)
put("butchered-glm", butchered(g, "glm", "lm"), x("a", "b"), predict(g, x("a", "b"), type = "response"))
put("pin", list(model = butchered(m, "ranger"), prototype = d[0, c("a", "b")]), x("a", "b"), answer)
put("vetiver-model", structure(list(model = butchered(m, "ranger"), model_name = "m", description = "A ranger", metadata = list(), prototype = d[0, c("a", "b")]),
  class = "vetiver_model"), x("a", "b"), answer)
put("nested-list", list(about = "two lists", fits = list(forest = m, rows = n)), x("a", "b"), answer)
trained <- structure(list(method = "rf", finalModel = m, preProcess = NULL), class = "train")
scaled <- structure(list(method = "rf", finalModel = m, preProcess = structure(list(method = "center"), class = "preProcess")), class = "train")
notes <- "what was tried"
lst <- list(second = g)
save(m, notes, lst, answer, d, butchered, file = "workspace.RData")
save(trained, notes, d, file = "workspace-train.RData")
save(scaled, notes, file = "workspace-scaled.RData")
# A function of a workspace hides the one of R that has its name.
log <- function(x) 100 * x
own <- lm(y ~ log(x), data.frame(x = 1:6, y = c(3, 1, 4, 1, 5, 9)), model = FALSE)
other <- lm(y ~ sqrt(x), data.frame(x = 1:6, y = c(3, 1, 4, 1, 5, 9)), model = FALSE)
save(own, other, log, file = "workspace-functions.RData")
rm(log)
saveRDS(list(model = m, pre = structure(list(method = "scale"), class = "preProcess")), "beside-preprocess.RDS")
# gbm writes a column that is no name in R's grammar between backticks.
suppressMessages(library(gbm))
RNGversion("4.0.0"); set.seed(5)
g2 <- data.frame(`my var` = round(rnorm(60), 2), z = round(runif(60, 1, 9), 2), check.names = FALSE)
g2$y <- g2$`my var` + log(g2$z)
m <- gbm(y ~ `my var` + log(z), "gaussian", g2, n.trees = 8, keep.data = FALSE)
put("gbm-backticks", m, g2[1:12, c("my var", "z")], predict(m, g2[1:12, ], n.trees = 8))
