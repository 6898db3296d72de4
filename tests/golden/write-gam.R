# Writes mgcv's models as golden files (write-others.R has the form): response, link, terms and standard errors.

# A model without what predict() does not read: the file stays small.
lighter <- function(model) {
  for (part in c("residuals", "weights", "prior.weights", "hat", "y", "offset", "R", "Ve", "rV", "Vc", "db.drho", "edf1", "edf2", "std.rsd", "dinfo")) model[[part]] <- NULL
  model$smooth <- lapply(model$smooth, function(s) { s$S <- s$D <- NULL; s })
  model
}

# `links`: with the standard errors of the link.
golden_gam <- function(dir, name, model, rows, relative = NULL, discrete = NULL, links = FALSE) {
  n <- nrow(rows)
  # Of one predictor multinom takes the first row's offset for all rows, and gammals and gumbls an error of the first row: then each row is asked alone.
  family <- model$family$family
  is_alone <- (family == "multinom" && model$family$nlp == 1 && !is.null(attr(model$terms, "offset"))) || family %in% c("gammals", "gumbls")
  is_shares <- grepl("^(multinom|Ordered)", family)
  ask <- function(...) {
    one <- function(rows) suppressWarnings(if (is.null(discrete)) predict(model, rows, ...) else predict(model, rows, ..., discrete = discrete))
    if (!is_alone) return(one(rows))
    each <- lapply(seq_len(n), function(i) one(rows[i, , drop = FALSE]))
    if (!is.list(each[[1]])) return(structure(do.call(rbind, each), constant = attr(each[[1]], "constant")))
    list(fit = do.call(rbind, lapply(each, `[[`, 1)), se.fit = do.call(rbind, lapply(each, `[[`, 2)))
  }
  flat <- function(p) if (is.matrix(p) && ncol(p) > 1) matrix(p, n) else as.numeric(p)
  text_of <- function(p) if (is.matrix(p)) json(unname(p)) else paste0("[", paste(vapply(seq_along(p), function(i) value(p[[i]]), ""), collapse = ","), "]")
  response <- flat(ask(type = "response"))
  terms <- ask(type = "terms")
  constant <- attr(terms, "constant")
  labels <- colnames(terms)
  terms <- matrix(terms, n)
  # With several formulas each has its own constant.
  if (is.list(model$pterms)) constant <- unlist(lapply(seq_along(model$pterms), function(i) coef(model)[attr(model$nsdf, "pstart")[i] - 1 + which(model$assign[[i]] == 0)]))
  if (!is.null(constant)) terms <- cbind(matrix(unname(constant), n, length(constant), byrow = TRUE), terms)
  has_terms <- !anyDuplicated(labels) && is.null(attr(model$nsdf, "drop.ind"))
  errors <- ask(type = "response", se.fit = TRUE)
  bound <- if (is.null(relative)) "" else sprintf(",\"relative\":%g", relative)
  other <- function(type, p, more = "", own = bound) paste0("{\"parameters\":{\"type\":", text(type), "},\"predictions\":", text_of(p), more, own, "}")
  others <- c(if (family != "ziplss") other("link", flat(ask(type = "link"))), if (has_terms) other("terms", terms),
              other("se", flat(errors[[1]]), paste0(",\"se\":", text_of(flat(errors[[2]]))), ",\"relative\":1e-12"))
  if (links && family != "ziplss") {
    link <- ask(type = "link", se.fit = TRUE)
    others <- c(others, sub("\"type\":\"se\"", "\"type\":\"se\",\"seOf\":\"link\"", other("se", flat(link[[1]]), paste0(",\"se\":", text_of(flat(link[[2]]))), ",\"relative\":1e-12"), fixed = TRUE))
  }
  classes <- if (is_shares) as.character(if (grepl("^multinom", model$family$family)) seq_len(ncol(response)) - 1 else seq_len(ncol(response)))
  saveRDS(lighter(model), file.path(dir, paste0(name, ".RDS")), version = 3)
  parts <- c(
    paste0("\"name\":", text(name)), paste0("\"kind\":", text(if (is.null(classes)) "regression" else "probability")),
    if (!is.null(classes)) paste0("\"classes\":", array1(classes)), if (!is.null(relative)) sprintf("\"relative\":%g", relative),
    paste0("\"rows\":", records(rows)),
    paste0("\"others\":[", paste(others, collapse = ",\n"), "]"),
    paste0("\"predictions\":", text_of(response)))
  writeLines(paste0("{", paste(parts, collapse = ",\n"), "}"), file.path(dir, paste0(name, ".json")), useBytes = TRUE)
}
