# Writes glmnet's models as golden files (write-others.R has the form): what predict() answers for each type at some penalties.

# One of the last columns of an answer: predict() gives an array even for one penalty.
flat <- function(p, n) if (length(dim(p)) == 3) matrix(p, n) else if (is.matrix(p) && ncol(p) == 1) p[, 1] else p

# The answer to each type at `s` (NULL: what we answer without one) and, for a relaxed model, `gamma`.
answers_glmnet <- function(model, x, types, s, gamma, offset) {
  fit <- if (inherits(model, "cv.glmnet")) model$glmnet.fit else model
  validated <- inherits(model, "cv.glmnet")
  at <- if (is.null(s)) if (validated) "lambda.1se" else min(fit$lambda) else s
  args <- list(model, newx = x, s = at)
  if (!is.null(offset)) args$newoffset <- offset
  if (!is.null(gamma)) args$gamma <- gamma
  binomial <- inherits(fit, "lognet")
  lapply(setNames(types, types), function(type) {
    p <- do.call(predict, c(args, type = type))
    if (type == "class") return(as.character(p))
    p <- flat(p, nrow(x))
    if (type == "response" && binomial) cbind(1 - p, p) else p
  })
}

# `asks`: lists of s and gamma beside the default.
golden_glmnet <- function(dir, name, model, x, asks = list(), offset = NULL) {
  fit <- if (inherits(model, "cv.glmnet")) model$glmnet.fit else model
  classes <- if (inherits(fit, c("lognet", "multnet"))) fit$classnames
  types <- c("response", "link", if (!is.null(classes)) "class")
  inputs <- rownames(if (is.list(fit$beta)) fit$beta[[1]] else fit$beta)
  rows <- setNames(as.data.frame(as.matrix(x)), inputs)
  if (!is.null(offset)) {
    own <- as.data.frame(as.matrix(offset))
    rows <- cbind(rows, setNames(own, if (ncol(own) == 1) "newoffset" else paste0("newoffset.", names(fit$beta))))
  }
  plain <- answers_glmnet(model, x, types, NULL, NULL, offset)
  text_of <- function(p) if (is.matrix(p)) json(unname(p)) else paste0("[", paste(vapply(seq_along(p), function(i) value(p[[i]]), ""), collapse = ","), "]")

  other <- function(type, ask, p) {
    members <- c(paste0("\"type\":", text(type)), vapply(names(ask), function(n) paste0(text(n), ":", value(ask[[n]])), ""))
    paste0("{\"parameters\":{", paste(members, collapse = ","), "},\"predictions\":", text_of(p), "}")
  }
  others <- unlist(lapply(setdiff(types, "response"), function(type) other(type, list(), plain[[type]])))
  for (ask in asks) {
    given <- answers_glmnet(model, x, types, ask$s, ask$gamma, offset)
    others <- c(others, vapply(types, function(type) other(type, ask, given[[type]]), ""))
  }
  saveRDS(model, file.path(dir, paste0(name, ".RDS")), version = 3)
  parts <- c(
    paste0("\"name\":", text(name)), paste0("\"kind\":", text(if (is.null(classes)) "regression" else "probability")),
    if (!is.null(classes)) paste0("\"classes\":", array1(classes)),
    paste0("\"rows\":", records(rows)),
    paste0("\"others\":[", paste(others, collapse = ",\n"), "]"),
    paste0("\"predictions\":", text_of(plain$response)))
  writeLines(paste0("{", paste(parts, collapse = ",\n"), "}"), file.path(dir, paste0(name, ".json")), useBytes = TRUE)
}
