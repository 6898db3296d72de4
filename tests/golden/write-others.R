# Writes models as golden files: NAME.RDS, and NAME.json with rows and what predict() answers, every number with 17
# significant digits, so that reading it gives back the same double.

json <- function(x) {
  if (is.null(x)) return("null")
  if (is.list(x)) {
    parts <- vapply(x, json, "")
    if (is.null(names(x))) return(paste0("[", paste(parts, collapse = ","), "]"))
    return(paste0("{", paste0(vapply(names(x), text, ""), ":", parts, collapse = ","), "}"))
  }
  if (is.matrix(x)) return(paste0("[", paste(apply(x, 1, array1), collapse = ",\n"), "]"))
  if (inherits(x, "array1") || length(x) != 1) return(array1(x))
  value(x)
}
array1 <- function(x) paste0("[", paste(vapply(seq_along(x), function(i) value(x[i]), ""), collapse = ","), "]")
one_each <- function(x) structure(x, class = c("array1", class(x)))
value <- function(x) {
  x <- if (is.factor(x)) as.character(x) else unclass(x)
  if (is.na(x) && !is.nan(x)) "null"
  else if (is.character(x)) text(x)
  else if (is.logical(x)) if (x) "true" else "false"
  else sprintf("%.17g", x)
}
text <- function(x) {
  x <- gsub("\\", "\\\\", enc2utf8(as.character(x)), fixed = TRUE)
  paste0("\"", gsub("\"", "\\\"", x, fixed = TRUE), "\"")
}

# Rows as one object a row.
records <- function(data) {
  lines <- vapply(seq_len(nrow(data)), function(i) json(as.list(data[i, , drop = FALSE])), "")
  paste0("[\n", paste(lines, collapse = ",\n"), "]")
}

# `others`: for each other type of answer what predict() gives; `more`: further ones, as JSON; `terms`: the sums of absolute terms of a linear predictor.
write_golden <- function(dir, name, model, kind, rows, predictions, classes = NULL, ties = NULL, others = NULL, terms = NULL, ulp = NULL, more = NULL) {
  saveRDS(model, file.path(dir, paste0(name, ".RDS")), version = 3)
  answers <- function(p) if (is.matrix(p)) json(unname(p)) else paste0("[", paste(vapply(seq_along(p), function(i) value(p[[i]]), ""), collapse = ",\n"), "]")
  parts <- c(
    paste0("\"name\":", text(name)), paste0("\"kind\":", text(kind)),
    if (!is.null(ulp)) paste0("\"ulp\":", ulp),
    if (!is.null(ties)) paste0("\"ties\":", if (length(ties)) json(ties) else "{}"),
    if (!is.null(classes)) paste0("\"classes\":", array1(classes)),
    paste0("\"rows\":", records(rows)),
    if (!is.null(terms)) paste0("\"terms\":", array1(terms)),
    if (length(others) || length(more)) paste0("\"others\":[", paste(c(if (length(others)) paste0("{\"parameters\":{\"type\":", vapply(names(others), text, ""), "},\"predictions\":", vapply(others, answers, ""), if (!is.null(ulp)) paste0(",\"ulp\":", ulp), "}"), more), collapse = ",\n"), "]"),
    paste0("\"predictions\":", answers(predictions)))
  writeLines(paste0("{", paste(parts, collapse = ",\n"), "}"), file.path(dir, paste0(name, ".json")), useBytes = TRUE)
}

# Puts further answers, as JSON, before the others of a golden that is written.
put_others <- function(dir, name, own) {
  file <- file.path(dir, paste0(name, ".json"))
  lines <- readLines(file)
  at <- grep("^\"others\":\\[", lines)
  text <- paste(own, collapse = ",\n")
  if (length(at)) lines[at] <- sub("\"others\":[", paste0("\"others\":[", text, ","), lines[at], fixed = TRUE)
  else lines <- append(lines, paste0("\"others\":[", text, "],"), grep("^\"predictions\":", lines) - 1)
  writeLines(lines, file, useBytes = TRUE)
}

golden_forest <- function(dir, name, model, rows) {
  if (model$type == "regression") return(write_golden(dir, name, model, "regression", rows, predict(model, rows)))
  shares <- predict(model, rows, type = "prob")
  weighed <- sweep(predict(model, rows, type = "vote", norm.votes = FALSE) / model$forest$ntree, 2, model$forest$cutoff, "/")
  tied <- apply(weighed, 1, function(w) model$classes[w == max(w)], simplify = FALSE)
  names(tied) <- seq_along(tied) - 1
  ties <- lapply(tied[lengths(tied) > 1], one_each)
  write_golden(dir, name, model, "classification", rows, predict(model, rows), model$classes, ties,
               list(prob = matrix(shares, nrow(rows)), vote = matrix(predict(model, rows, type = "vote"), nrow(rows))))
}

golden_rpart <- function(dir, name, model, rows) {
  classes <- attr(model, "ylevels")
  if (is.null(classes)) write_golden(dir, name, model, "regression", rows, predict(model, rows))
  else write_golden(dir, name, model, "probability", rows, unname(predict(model, rows)), classes, NULL, list(class = predict(model, rows, type = "class")))
}

# The sums of absolute terms: those of the model matrix that predict.lm makes, and of the offsets.
absolute_terms <- function(model, rows) {
  Terms <- delete.response(terms(model))
  X <- model.matrix(Terms, model.frame(Terms, rows, xlev = model$xlevels), contrasts.arg = model$contrasts)
  used <- model$qr$pivot[seq_len(model$rank)]
  sums <- drop(abs(X[, used, drop = FALSE]) %*% abs(model$coefficients[used]))
  for (i in attr(terms(model), "offset")) sums <- sums + abs(eval(attr(terms(model), "variables")[[i + 1]], rows))
  if (!is.null(model$call$offset)) sums <- sums + abs(eval(model$call$offset, rows))
  unname(sums)
}

# R's intervals of an lm and standard errors of an lm or a glm, as further answers; `ulp` as below. Rows without a finite one have none.
linear_spreads <- function(model, rows, ulp = NULL) {
  number <- function(p) if (is.matrix(p)) json(unname(p)) else paste0("[", paste(vapply(seq_along(p), function(i) value(p[[i]]), ""), collapse = ",\n"), "]")
  ask <- function(...) suppressWarnings(predict(model, rows, ...))
  near <- if (is.null(ulp)) "1e-12" else "1e-9"
  one <- function(parameters, p, se = NULL, relative = NULL) {
    if (!all(is.finite(p)) || !all(is.finite(se))) return(NULL)
    paste0("{\"parameters\":", json(parameters), ",\"predictions\":", number(p), if (!is.null(se)) paste0(",\"se\":", number(se)),
           if (!is.null(relative)) paste0(",\"relative\":", relative), "}")
  }
  # R itself fails where columns of a glm nearly depend on others: predict() has no standard errors then.
  se <- tryCatch(ask(type = "response", se.fit = TRUE), error = function(e) if (grepl("singular", conditionMessage(e))) NULL else stop(e))
  if (is.null(se)) return(NULL)
  asked <- list(one(list(type = "se"), unname(se$fit), unname(se$se.fit), if (!is.null(ulp)) near))
  if (inherits(model, "glm")) {
    link <- ask(type = "link", se.fit = TRUE)
    asked <- c(asked, list(one(list(type = "se", seOf = "link"), unname(link$fit), unname(link$se.fit), if (!is.null(ulp)) near)))
  } else for (kind in c("confidence", "prediction")) for (level in c(0.95, round(runif(1, 0.01, 0.999), 3)))
    asked <- c(asked, list(one(list(interval = kind, level = level), cbind(ask(interval = kind, level = level), level), NULL, near)))
  unlist(asked)
}

# `ulp`: how far the terms themselves may lie from R's, where they ask its libm (log(x)); without it they are exact. `spreads`: those of linear_spreads.
golden_linear <- function(dir, name, model, rows, ulp = NULL, spreads = NULL) {
  sums <- suppressWarnings(absolute_terms(model, rows))
  if (!inherits(model, "glm")) return(write_golden(dir, name, model, "regression", rows, suppressWarnings(predict(model, rows)), terms = sums, ulp = ulp, more = spreads))
  write_golden(dir, name, model, "regression", rows, suppressWarnings(predict(model, rows, type = "response")),
               others = list(link = suppressWarnings(predict(model, rows))), terms = sums, ulp = ulp, more = spreads)
}

# The cluster of each row by hand, as base R has no predict() for kmeans: the nearest centre, by squares added up in the order of the columns.
golden_kmeans <- function(dir, name, model, rows) {
  nearest <- apply(as.matrix(rows), 1, function(row) {
    squares <- 0
    for (j in seq_along(row)) squares <- squares + (row[j] - model$centers[, j])^2
    which.min(squares)
  })
  write_golden(dir, name, model, "classification", rows, rownames(model$centers)[nearest], rownames(model$centers))
}

# The chances of two classes of a model whose predict() gives that of the second alone.
both <- function(p) if (is.matrix(p)) unname(p) else cbind(1 - p, unname(p))
# A model of classes: `first` is the type that predict() gives where nothing is asked.
golden_classes <- function(dir, name, model, rows, classes, shares, class, first = "prob") {
  if (first == "prob") write_golden(dir, name, model, "probability", rows, shares, classes, NULL, list(class = class))
  else write_golden(dir, name, model, "classification", rows, class, classes, NULL, list(prob = shares))
}

# An svm of e1071; `sidecar`: the levels that its file does not name.
golden_svm <- function(dir, name, model, rows, said, sidecar = NULL) {
  plain <- function(x) matrix(x, nrow(x))
  shares <- attr(said, "probabilities")
  decisions <- attr(said, "decision.values")
  others <- c(if (!is.null(shares)) list(prob = plain(shares)), if (!is.null(decisions)) list(decision = plain(decisions)))
  classes <- if (model$type == 2) c("TRUE", "FALSE") else if (model$type < 2) model$levels[model$labels]
  if (model$type < 3) write_golden(dir, name, model, "classification", rows, as.character(predict(model, rows)), classes, NULL, others)
  else write_golden(dir, name, model, "regression", rows, c(said))
  write_levels(dir, name, sidecar)
}

# The levels of factors, as a sidecar has them.
write_levels <- function(dir, name, levels) {
  if (!length(levels)) return(invisible())
  entries <- paste0("{\"levels\":", vapply(levels, array1, ""), "}")
  writeLines(paste0("{\"features\":{", paste0(vapply(names(levels), text, ""), ":", entries, collapse = ","), "}}"), file.path(dir, paste0(name, ".model.json")), useBytes = TRUE)
}

# A ksvm of kernlab; `sidecar`: the levels that its file does not name.
golden_ksvm <- function(dir, name, model, rows, sidecar = NULL) {
  new <- if (is.null(model@terms)) as.matrix(rows) else rows
  plain <- function(x) matrix(x, nrow(rows))
  said <- predict(model, new)
  if (grepl("svr$", model@type)) write_golden(dir, name, model, "regression", rows, c(said))
  else {
    classes <- if (model@type == "one-svc") c("TRUE", "FALSE") else model@lev
    others <- list(decision = plain(predict(model, new, type = "decision")))
    if (!is.null(model@prob.model[[1]]) && model@type != "one-svc") others$prob <- plain(predict(model, new, type = "probabilities"))
    write_golden(dir, name, model, "classification", rows, as.character(said), classes, NULL, others)
  }
  write_levels(dir, name, sidecar)
}

# A coxph's linear predictors and risks by each reference, as further answers.
cox_references <- function(model, rows, references) unlist(lapply(references, function(reference) vapply(c("lp", "risk"), function(type) {
  said <- unname(predict(model, rows, type = type, reference = reference))
  paste0("{\"parameters\":", json(list(type = type, reference = reference)), ",\"predictions\":", array1(said), "}")
}, "")))

# A coxph's terms, standard errors, and expected events and survival at some times from the beginning, as further answers.
cox_spreads <- function(model, rows) {
  one <- function(parameters, p, se = NULL, relative = NULL) paste0("{\"parameters\":", json(parameters), ",\"predictions\":", if (is.matrix(p)) json(unname(p)) else json(one_each(unname(p))),
    if (!is.null(se)) paste0(",\"se\":", json(one_each(unname(se)))), if (!is.null(relative)) paste0(",\"relative\":", relative), "}")
  ask <- function(type) predict(model, rows, type = type, se.fit = TRUE)
  has_offset <- !is.null(attr(terms(model), "offset"))
  # With an offset R's predict() centres it where standard errors are asked for, and not where they are not.
  asked <- if (!has_offset) lapply(c("lp", "risk"), function(type) { said <- ask(type); one(list(type = "se", seOf = type), said$fit, said$se.fit) })
  if (is.null(model$frail)) asked <- c(asked, one(list(type = "terms"), predict(model, rows, type = "terms")))
  # Where a column depends on others R has no expected events.
  if (!has_offset && is.null(model$frail) && !anyNA(coef(model))) {
    ends <- model$y[, ncol(model$y) - 1]
    times <- c(min(ends) - 1, sample(ends, 3), median(ends) + 0.123, max(ends) + 10)
    response <- all.vars(terms(model)[[2]])
    expected <- vapply(times, function(time) {
      own <- rows
      for (name in response) own[[name]] <- 0
      if (length(response) == 3) own[[response[1]]] <- min(model$y[, 1:2]) - 2
      own[[response[length(response) - 1]]] <- time
      predict(model, own, type = "expected")
    }, numeric(nrow(rows)))
    asked <- c(asked, one(list(type = "expected", times = times), expected, relative = "1e-12"), one(list(type = "survival", times = times), exp(-expected), relative = "1e-12"))
  }
  unlist(asked)
}

# A coxph: lp, risk and the curves at the times of events.
golden_cox <- function(dir, name, model, rows, more = NULL) {
  lp <- unname(predict(model, rows))
  others <- list(risk = unname(predict(model, rows, type = "risk")))
  curves <- if (is.null(attr(terms(model), "offset")) && is.null(model$frail)) survival::survfit(model, rows, se.fit = FALSE)
  if (!is.null(curves)) {
    times <- sort(unique(model$y[model$y[, ncol(model$y)] == 1, ncol(model$y) - 1]))
    own <- if (is.null(curves$strata)) summary(curves, times, extend = TRUE)$surv
    # Of computed strata R gives each row every stratum's curve.
    else if (is.matrix(curves$surv)) {
      frame <- model.frame(delete.response(terms(model)), rows, xlev = model$xlevels)
      vars <- survival::untangle.specials(terms(model), "strata")$vars
      at <- match(as.character(if (length(vars) == 1) frame[[vars]] else survival::strata(frame[vars], shortlabel = TRUE)), levels(model$strata))
      vapply(seq_len(nrow(rows)), function(i) summary(curves[at[i], i], times, extend = TRUE)$surv, times)
    }
    # Each row has its stratum's curve.
    else vapply(seq_len(nrow(rows)), function(i) summary(curves[i], times, extend = TRUE)$surv, times)
    others$survival <- t(matrix(own, length(times)))
  }
  write_golden(dir, name, model, "regression", rows, lp, others = others, more = more)
  file <- file.path(dir, paste0(name, ".json"))
  lines <- readLines(file)
  # A curve is a power of an exponential, within 1e-12.
  at <- which(grepl("\"type\":\"survival\"", lines))
  if (length(at)) lines[at] <- sub("\"parameters\":\\{\"type\":\"survival\"\\}", "\"parameters\":{\"type\":\"survival\"},\"relative\":1e-12", lines[at])
  if (!is.null(curves)) lines <- append(lines, paste0("\"times\":", array1(times), ","), 2)
  writeLines(lines, file, useBytes = TRUE)
}

# A survreg's standard errors, quantiles before they are made times, and those of Student's t, as further answers.
survreg_spreads <- function(model, rows, p = c(0.01, 0.1, 0.5, 0.75, 0.999)) {
  one <- function(parameters, p, se = NULL, relative = NULL) paste0("{\"parameters\":", json(parameters), ",\"predictions\":", if (is.matrix(p)) json(unname(p)) else json(one_each(unname(p))),
    if (!is.null(se)) paste0(",\"se\":", json(one_each(unname(se)))), if (!is.null(relative)) paste0(",\"relative\":", relative), "}")
  asked <- lapply(c("response", "lp"), function(type) { said <- predict(model, rows, type = type, se.fit = TRUE); one(list(type = "se", seOf = type), said$fit, said$se.fit) })
  if (is.null(attr(terms(model), "specials")$strata)) {
    near <- if (model$dist == "t") "1e-12"
    for (type in c("uquantile", if (model$dist == "t") "quantile")) asked <- c(asked, one(list(type = paste0(type, "s"), quantiles = p), predict(model, rows, type = type, p = p), relative = near))
  }
  unlist(asked)
}

# A survreg: times, linear predictors, and quantiles where its file has what they need.
golden_survreg <- function(dir, name, model, rows, columns = names(rows), p = c(0.01, 0.1, 0.5, 0.95), more = NULL) {
  lp <- predict(model, rows, type = "lp")
  write_golden(dir, name, model, "regression", rows[columns], unname(predict(model, rows)), others = list(lp = unname(lp)), more = more)
  if (is.null(attr(terms(model), "specials")$strata) && model$dist != "t") {
    own <- paste0("{\"parameters\":{\"type\":\"quantiles\",\"quantiles\":", array1(p), "},\"predictions\":", json(unname(predict(model, rows, type = "quantile", p = p))), "}")
    put_others(dir, name, own)
  }
}
