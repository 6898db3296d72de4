# Writes a model and R's predictions as a golden: NAME.RDS, NAME.json and, where levels or types are given, NAME.model.json.
# Numbers are printed with 17 significant digits, so that parsing them gives back the same doubles.

number <- function(x) ifelse(is.na(x), "null", sprintf("%.17g", x))
text <- function(x) ifelse(is.na(x), "null", paste0('"', gsub('(["\\\\])', "\\\\\\1", enc2utf8(as.character(x))), '"'))
cell <- function(x) if (is.character(x) || is.factor(x)) text(x) else if (is.logical(x)) ifelse(is.na(x), "null", tolower(x)) else number(x)
array_of <- function(parts) paste0("[", paste(parts, collapse = ","), "]")
object_of <- function(parts) paste0("{", paste0(text(names(parts)), ":", unlist(parts), collapse = ","), "}")

# A vector, matrix or array as nested arrays, its first side the rows.
nested <- function(x) {
  if (is.null(dim(x)) || length(dim(x)) == 1) return(cell(as.vector(x)))
  if (length(dim(x)) == 2) return(vapply(seq_len(nrow(x)), function(i) array_of(cell(x[i, ])), ""))
  vapply(seq_len(dim(x)[1]), function(i) array_of(nested(array(x[i, , ], dim(x)[-1]))), "")
}

json_rows <- function(data) {
  columns <- lapply(data, cell)
  lines <- vapply(seq_len(nrow(data)), function(i) object_of(lapply(columns, `[[`, i)), "")
  paste0("[\n", paste(lines, collapse = ",\n"), "]")
}

# One more answer of the same model to the first `rows` rows: the parameters as a list, and what R said.
answer <- function(parameters, predictions, se = NULL, rows = NULL, relative = NULL) {
  list(parameters = parameters, predictions = predictions, se = se, rows = rows, relative = relative)
}
parameter <- function(x) if (length(x) > 1 || inherits(x, "AsIs")) array_of(cell(unclass(x))) else cell(x)

golden <- function(name, model, rows, kind, predictions, classes = NULL, times = NULL, ties = NULL, others = list(),
                   sidecar = NULL, folder = ".", save = NULL) {
  file <- file.path(folder, paste0(name, ".RDS"))
  if (is.null(save)) saveRDS(model, file, version = 3) else save(model, file)
  other_json <- vapply(others, function(one) {
    members <- list(parameters = object_of(lapply(one$parameters, parameter)), predictions = array_of(nested(one$predictions)))
    if (!is.null(one$se)) members$se <- array_of(nested(one$se))
    if (!is.null(one$rows)) members$rows <- number(one$rows)
    if (!is.null(one$relative)) members$relative <- sprintf("%g", one$relative)
    object_of(members)
  }, "")
  members <- list(name = text(name), kind = text(kind))
  if (!is.null(classes)) members$classes <- array_of(text(classes))
  if (!is.null(times)) members$times <- array_of(number(times))
  if (!is.null(ties)) members$ties <- if (length(ties) == 0) "{}" else object_of(lapply(ties, function(t) array_of(text(t))))
  members$rows <- json_rows(rows)
  members$predictions <- array_of(nested(predictions))
  if (length(others) > 0) members$others <- paste0("[\n", paste(other_json, collapse = ",\n"), "]")
  writeLines(paste0("{", paste0(text(names(members)), ":", unlist(members), collapse = ",\n"), "}"), file.path(folder, paste0(name, ".json")), useBytes = TRUE)
  if (!is.null(sidecar)) {
    features <- lapply(sidecar, function(s) if (identical(s, "logical")) '{"type":"logical"}' else paste0('{"levels":', array_of(text(s)), "}"))
    writeLines(paste0('{"features":', object_of(features), "}"), file.path(folder, paste0(name, ".model.json")), useBytes = TRUE)
  }
}

# What a sidecar must say of a forest's features: the levels of factors and characters that the file does not have.
sidecar_of <- function(model, data) {
  names <- model$forest$independent.variable.names
  kept <- model$forest$covariate.levels
  own <- lapply(names, function(name) {
    x <- data[[name]]
    if (is.logical(x)) return("logical")
    if (!(is.factor(x) || is.character(x)) || !is.null(kept[[match(name, names)]])) return(NULL)
    if (is.factor(x)) levels(x) else levels(factor(x))
  })
  names(own) <- names
  own <- own[!vapply(own, is.null, NA)]
  if (length(own) == 0) NULL else own
}

# The model in a file that saveRDS(), save() or serialize() wrote.
read_back <- function(file) {
  connection <- gzfile(file, "rb")
  start <- rawToChar(Filter(function(byte) byte != 0, readBin(connection, "raw", 3)))
  close(connection)
  if (start == "RDX" || start == "RDA") {
    load(file, saved <- new.env())
    return(Filter(function(value) inherits(value, "ranger"), as.list(saved))[[1]])
  }
  if (startsWith(start, "B\n")) unserialize(readBin(file, "raw", file.size(file))) else readRDS(file)
}

# A ranger forest as a golden: its default answer and, as `with` names them, its others.
ranger_golden <- function(name, model, rows, with = c(), seeds = 1:3, quantiles = c(0, 0.05, 1 / 3, 0.5, 0.95, 1), sidecar = NULL,
                          folder = ".", save = NULL, data = rows) {
  rownames(rows) <- NULL
  # R is asked what the file holds: decimals of an ascii file are not the doubles they were made from.
  if (!is.null(save)) {
    file <- file.path(folder, paste0(name, ".RDS"))
    save(model, file)
    model <- read_back(file)
    save <- function(model, file) NULL
  }
  features <- rows[model$forest$independent.variable.names]
  ask <- function(..., n = nrow(features)) predict(model, features[seq_len(n), , drop = FALSE], ..., num.threads = 1)
  kind <- c(Regression = "regression", Classification = "classification", "Probability estimation" = "probability", Survival = "survival")[[model$treetype]]
  levels <- model$forest$levels
  values <- model$forest$class.values
  classes <- if (is.null(values)) NULL else if (is.null(levels)) number(values) else levels[sort(values)]
  label <- function(p) if (is.null(levels)) number(p) else as.character(p)
  trees <- model$num.trees
  fewer <- max(1, trees %/% 3)
  others <- list()
  add <- function(...) others[[length(others) + 1]] <<- answer(...)
  first <- ask(seed = 1)
  predictions <- switch(kind, survival = first$survival, classification = label(first$predictions), first$predictions)
  ties <- NULL
  if (kind == "classification") {
    all <- ask(predict.all = TRUE)$predictions
    all <- matrix(all, nrow(features))
    ties <- list()
    for (i in seq_len(nrow(features))) {
      votes <- table(all[i, ])
      best <- as.numeric(names(votes)[votes == max(votes)])
      if (length(best) > 1) ties[[as.character(i - 1)]] <- if (is.null(levels)) number(best) else levels[best]
    }
    for (seed in seeds) add(list(seed = seed), label(ask(seed = seed)$predictions))
    if ("fewer" %in% with) add(list(seed = 7, numTrees = fewer), label(ask(seed = 7, num.trees = fewer)$predictions))
  } else if ("fewer" %in% with) {
    some <- ask(num.trees = fewer)
    add(list(numTrees = fewer), if (kind == "survival") some$survival else some$predictions)
  }
  if ("nodes" %in% with) add(list(type = "terminalNodes"), ask(type = "terminalNodes", n = 10)$predictions, rows = 10)
  if ("all" %in% with) {
    all <- ask(predict.all = TRUE, n = 6)
    if (kind == "survival") add(list(type = "chf", predictAll = TRUE), all$chf, rows = 6)
    else add(list(predictAll = TRUE), all$predictions, rows = 6)
  }
  if (kind == "survival") add(list(type = "chf"), first$chf)
  if ("quantiles" %in% with) {
    add(list(type = "quantiles"), unname(ask(type = "quantiles")$predictions))
    add(list(type = "quantiles", quantiles = I(quantiles)), unname(ask(type = "quantiles", quantiles = quantiles)$predictions))
  }
  if ("se" %in% with) {
    n <- min(20, nrow(features))
    se <- function(parameters, ...) {
      # R fails by itself where one tree is asked, and says NaN where the variance's estimate is below 0.
      said <- tryCatch(suppressWarnings(ask(type = "se", n = n, ...)), error = function(e) NULL)
      if (is.null(said) || any(is.nan(said$se))) return()
      # Both variances are a sum less its bias. Rounding is relative to the sum, so that where little is left the bound is wider by as much.
      trees <- ask(predict.all = TRUE, n = n, ...)$predictions
      trees <- matrix(trees, ncol = if (is.null(dim(trees))) 1 else dim(trees)[length(dim(trees))])
      wider <- condition(model, trees, as.vector(said$se), identical(parameters$seMethod, "jack"))
      if (wider <= 1000) add(parameters, unname(said$predictions), unname(said$se), n, 1e-12 * wider)
    }
    se(list(type = "se"))
    if (kind == "regression") {
      se(list(type = "se", seMethod = "jack"), se.method = "jack")
      se(list(type = "se", seMethod = "jack", numTrees = fewer), se.method = "jack", num.trees = fewer)
      se(list(type = "se", numTrees = fewer), num.trees = fewer)
    }
  }
  golden(name, model, features, kind, predictions, classes, if (kind == "survival") first$unique.death.times, ties, others,
         if (is.null(sidecar)) sidecar_of(model, data) else sidecar, folder, save)
}

# How much greater than the variance that is left the sum is that a bias was taken from, at most over all rows; 1 where there is none.
condition <- function(model, trees, se, is_jack) {
  count <- ncol(trees)
  squares <- rowSums((trees - rowMeans(trees))^2)
  counts <- do.call(cbind, model$inbag.counts)[, seq_len(count), drop = FALSE]
  bias <- if (is_jack) (exp(1) - 1) * nrow(counts) / count^2 * squares
          else sum(rowMeans(counts^2) - rowMeans(counts)^2) * squares / count^2
  max(1, ((se^2 + bias) / se^2)[se > 0])
}

# Rows with a column of every type a data frame has, and a response of every kind. Each level occurs.
mixed_data <- function(n) {
  word <- c("B", "Zeta", "a", "\u00e7a")
  data <- data.frame(
    real = round(rnorm(n), 2), whole = sample(-20:20, n, TRUE), yes = sample(c(TRUE, FALSE), n, TRUE),
    colour = factor(sample(c("red", "green", "blue", "grey"), n, TRUE), levels = c("red", "green", "blue", "grey")),
    size = factor(sample(c("S", "M", "L"), n, TRUE), levels = c("S", "M", "L"), ordered = TRUE),
    word = sample(word, n, TRUE), stringsAsFactors = FALSE
  )
  data$colour[1:4] <- levels(data$colour)
  data$size[1:3] <- levels(data$size)
  data$word[1:4] <- word
  signal <- data$real + data$whole / 10 + data$yes + as.integer(data$colour) / 2 + as.integer(data$size) + nchar(data$word) / 3 + rnorm(n, sd = 0.5)
  data$y <- signal
  data$share <- pmin(0.99, pmax(0.01, round(plogis(signal / 4), 3)))
  data$count <- rpois(n, exp(pmin(signal, 6) / 4))
  data$class <- cut(signal, quantile(signal, 0:4 / 4), c("low", "mid", "high", "top"), include.lowest = TRUE)
  data$binary <- factor(signal > median(signal), c(FALSE, TRUE), c("no", "yes"))
  data$time <- ceiling(rexp(n, exp(-signal / 4)) * 8)
  data$status <- rbinom(n, 1, 0.7)
  data
}
COLUMNS <- c("real", "whole", "yes", "colour", "size", "word")
