# Writes mgcv's models as golden files (write-others.R has the form): response, link, terms and standard errors.

# A model without what predict() does not read: the file stays small.
lighter <- function(model) {
  for (part in c("residuals", "weights", "prior.weights", "hat", "y", "offset", "R", "Ve", "rV", "Vc", "db.drho", "edf1", "edf2", "std.rsd", "dinfo")) model[[part]] <- NULL
  model$smooth <- lapply(model$smooth, function(s) { s$S <- s$D <- NULL; s })
  model
}

golden_gam <- function(dir, name, model, rows, relative = NULL, discrete = NULL) {
  ask <- function(...) suppressWarnings(if (is.null(discrete)) predict(model, rows, ...) else predict(model, rows, ..., discrete = discrete))
  n <- nrow(rows)
  flat <- function(p) if (is.matrix(p) && ncol(p) > 1) matrix(p, n) else as.numeric(p)
  text_of <- function(p) if (is.matrix(p)) json(unname(p)) else paste0("[", paste(vapply(seq_along(p), function(i) value(p[[i]]), ""), collapse = ","), "]")
  response <- flat(ask(type = "response"))
  terms <- ask(type = "terms")
  constant <- attr(terms, "constant")
  labels <- colnames(terms)
  terms <- matrix(terms, n)
  if (!is.null(constant)) terms <- cbind(rep(unname(constant), n), terms)
  errors <- ask(type = "response", se.fit = TRUE)
  bound <- if (is.null(relative)) "" else sprintf(",\"relative\":%g", relative)
  other <- function(type, p, more = "", own = bound) paste0("{\"parameters\":{\"type\":", text(type), "},\"predictions\":", text_of(p), more, own, "}")
  others <- c(other("link", flat(ask(type = "link"))), if (!is.list(model$formula) && !anyDuplicated(labels)) other("terms", terms),
              other("se", flat(errors[[1]]), paste0(",\"se\":", text_of(flat(errors[[2]]))), ",\"relative\":1e-12"))
  classes <- if (is.matrix(response)) as.character(if (grepl("^multinom", model$family$family)) seq_len(ncol(response)) - 1 else seq_len(ncol(response)))
  saveRDS(lighter(model), file.path(dir, paste0(name, ".RDS")), version = 3)
  parts <- c(
    paste0("\"name\":", text(name)), paste0("\"kind\":", text(if (is.null(classes)) "regression" else "probability")),
    if (!is.null(classes)) paste0("\"classes\":", array1(classes)), if (!is.null(relative)) sprintf("\"relative\":%g", relative),
    paste0("\"rows\":", records(rows)),
    paste0("\"others\":[", paste(others, collapse = ",\n"), "]"),
    paste0("\"predictions\":", text_of(response)))
  writeLines(paste0("{", paste(parts, collapse = ",\n"), "}"), file.path(dir, paste0(name, ".json")), useBytes = TRUE)
}
