# canopy.R: from a model in R to a URL that answers with R's numbers, and back. Base R 3.5 or newer, no packages.
#
#   source("canopy.R")
#   canopy_save(model, data, "heart.RDS")      writes heart.RDS and heart.model.json, and prints how to serve them
#   heart <- canopy_endpoint("https://...")    the model where it is served
#   predict(heart, newdata, type = "prob")     its answers, as R's predict() gives them
#
# heart.model.json (the sidecar) says what saveRDS() forgets: types, levels in their order, ranges, defaults, and 64 rows with R's own
# predictions, which are computed again wherever the model is served. These rows are drawn: each column by itself, a number evenly within
# a bin of its histogram, so no row of the data is in it (share_rows = TRUE takes real ones). Levels and texts, the two ends of a number
# and its median are shown. A number that a model takes for a level is drawn from the values that at least 5 rows have.

canopy_save <- local({
  # The classes that are served, by the package that predicts with them.
  SERVED <- list(
    ranger = "ranger", randomForest = "randomForest", rpart = "rpart", xgboost = c("xgb.Booster", "xgboost"), lightgbm = "lgb.Booster",
    gbm = "gbm", stats = c("lm", "glm", "aov", "prcomp"), MASS = c("negbin", "rlm", "lda", "qda", "polr"),
    quantreg = c("rq", "rqs", "lassorq", "scadrq", "lassorqs", "scadrqs"), lme4 = c("lmerMod", "glmerMod", "lmerModLmerTest"),
    mgcv = c("gam", "bam"), earth = "earth", survival = c("coxph", "survreg"), nnet = c("nnet", "multinom"),
    glmnet = c("elnet", "lognet", "multnet", "fishnet", "mrelnet", "coxnet", "glmnetfit", "cv.glmnet", "relaxed", "cv.relaxed"),
    e1071 = c("naiveBayes", "svm"), kernlab = "ksvm", caret = c("knn3", "knnreg", "train", "preProcess", "dummyVars"),
    workflows = "workflow", parsnip = "model_fit", tune = "last_fit", recipes = "recipe", mlr = c("WrappedModel", "TuneModel")
  )
  LEAST <- 5L # rows in a bin, or of a level, that is told

  # --- JSON: a vector of texts, numbers or values of a column becomes a vector of JSON's texts.
  quoted <- function(x) {
    x <- enc2utf8(as.character(x))
    if (any(bad <- !validUTF8(x))) stop("a text is not UTF-8: ", encodeString(x[bad][1]), "; iconv() mends it", call. = FALSE)
    out <- gsub("\"", "\\\"", gsub("\\", "\\\\", x, fixed = TRUE, useBytes = TRUE), fixed = TRUE, useBytes = TRUE)
    odd <- grepl("[\001-\037]", x, useBytes = TRUE)
    out[odd] <- vapply(out[odd], function(text) {
      bytes <- charToRaw(text)
      paste(ifelse(bytes < 32, sprintf("\\u%04x", as.integer(bytes)), rawToChar(bytes, multiple = TRUE)), collapse = "")
    }, "")
    out <- paste0("\"", out, "\"")
    Encoding(out) <- "UTF-8"
    ifelse(is.na(x), "null", out)
  }
  digits <- function(x) {
    if (any(is.infinite(x))) stop("an infinite number, for which JSON has no word", call. = FALSE)
    out <- sprintf("%.15g", x)
    more <- is.finite(x) & suppressWarnings(as.numeric(out)) != x
    out[more] <- sprintf("%.17g", x[more])
    ifelse(is.na(x), "null", out)
  }
  cells <- function(x) switch(kind_of(x), factor = , text = quoted(x), logical = c("false", "true", "null")[ifelse(is.na(x), 3, x + 1)],
    digits(numbers(x)))
  object <- function(names, values) paste0("{", paste0(quoted(names), ": ", values, collapse = ", "), "}")
  array <- function(values) paste0("[", paste(values, collapse = ", "), "]")
  # A list with names is an object, one without an array; a vector is one value, or by I() an array.
  json <- function(x) {
    if (inherits(x, "json")) return(paste(unclass(x)))
    if (!is.list(x)) return(if (inherits(x, "AsIs")) array(cells(unclass(x))) else cells(x))
    x <- x[!vapply(x, is.null, NA)]
    each <- vapply(x, json, "")
    if (is.null(names(x))) array(each) else object(names(x), each)
  }
  ready <- function(text) structure(text, class = "json")

  # --- columns
  kind_of <- function(x) {
    is <- c(factor = is.factor(x), integer64 = inherits(x, "integer64"), date = inherits(x, "Date"), datetime = inherits(x, "POSIXct"),
      text = is.character(x), logical = is.logical(x), number = is.numeric(x))
    if (any(is) && is.null(dim(x))) return(names(which(is))[1])
    stop("a column of class ", paste(class(x), collapse = ", "), "; expected numbers, logicals, texts, factors, dates, times or integer64",
      call. = FALSE)
  }
  # The numbers of a column: days and seconds since 1970 of dates and times; an integer64 by its 64 bits, since its package may not be here.
  numbers <- function(x) {
    if (!inherits(x, "integer64")) return(as.numeric(x))
    value <- colSums(matrix(as.integer(writeBin(as.vector(unclass(x)), raw(), endian = "little")), 8L) * 256^(0:7))
    ifelse(value >= 2^63, NA, value)
  }
  # Values as a column of the class of x: of a factor the places of its levels.
  like <- function(x, v) {
    if (inherits(x, "integer64")) {
      bytes <- outer(256^(0:7), ifelse(is.na(v), 2^63, v), function(one, v) v %/% one %% 256)
      v <- readBin(as.raw(bytes), "double", length(v), endian = "little")
    }
    storage.mode(v) <- typeof(x)
    attributes(v) <- attributes(x)[setdiff(names(attributes(x)), c("names", "dim", "dimnames"))]
    v
  }
  # A histogram whose edges do not depend on single values, with at least LEAST rows in each bin.
  bins <- function(v) {
    if (length(v) < LEAST || min(v) == max(v)) return(NULL)
    inner <- pretty(range(v), 20)
    edges <- c(min(v), inner[inner > min(v) & inner < max(v)], max(v))
    counts <- tabulate(findInterval(v, edges, rightmost.closed = TRUE), length(edges) - 1L)
    while (length(counts) > 1L && any(counts < LEAST)) {
      at <- min(which(counts < LEAST)[1], length(counts) - 1L)
      counts <- c(counts[seq_len(at - 1L)], counts[at] + counts[at + 1L], counts[-seq_len(at + 1L)])
      edges <- edges[-(at + 1L)]
    }
    list(edges = I(edges), counts = I(counts))
  }
  shown <- function(kind, v) switch(kind, date = format(structure(v, class = "Date"), "%Y-%m-%d"),
    datetime = format(structure(v, class = c("POSIXct", "POSIXt")), "%Y-%m-%dT%H:%M:%SZ", tz = "UTC"), v)
  # What the sidecar says of a column, and `draw`, which makes n of its values.
  describe <- function(x, label) {
    kind <- kind_of(x)
    said <- list(label = label, rType = paste(class(x), collapse = " "))
    v <- if (kind %in% c("factor", "text")) as.integer(if (kind == "factor") x else factor(x)) else numbers(x)
    there <- v[is.finite(v)]
    if (!length(there)) stop("no value but missing ones", call. = FALSE)
    missing <- mean(is.na(v))
    if (kind %in% c("factor", "text", "logical")) {
      levels <- if (kind == "factor") levels(x) else if (kind == "text") levels(factor(x)) else c("false", "true")
      count <- if (kind == "logical") tabulate(there + 1L, 2L) else tabulate(there, length(levels))
      often <- !is.na(levels) & count >= LEAST
      most <- which.max(ifelse(is.na(levels), -1, count))
      said <- c(said, if (kind == "logical") list(type = kind, default = most == 2L) else list(levels = I(levels), default = levels[most]))
      said$profile <- list(shares = if (any(often)) as.list(stats::setNames(count[often] / length(x), levels[often])),
        others = sum(count[!often]) / length(x), missing = missing)
      draw <- function(n, often) {
        places <- unique(there)
        place <- rep_len(places[sample.int(length(places))], n)[sample.int(n)]
        if (kind == "text") levels[place] else like(x, place)
      }
      return(list(said = said, draw = draw, missing = missing > 0, texts = if (kind == "text") levels))
    }
    whole <- all(there == round(there)) && max(abs(there)) < 2^53
    histogram <- bins(there)
    ends <- if (kind %in% c("date", "datetime")) c(floor(min(there)), ceiling(max(there))) else range(there)
    said$type <- if (kind != "number") kind
    if (kind == "datetime" && isTRUE(nzchar(attr(x, "tzone")[1]))) said$timeZone <- attr(x, "tzone")[1]
    said$default <- shown(kind, stats::quantile(there, 0.5, names = FALSE, type = if (whole) 1L else 7L))
    if (ends[1] < ends[2]) said[c("min", "max")] <- list(shown(kind, ends[1]), shown(kind, ends[2]))
    if (whole && kind %in% c("number", "integer64") && ends[1] < ends[2]) said$step <- 1
    said$profile <- c(histogram, missing = missing)
    common <- as.numeric(names(which(table(there) >= LEAST)))
    draw <- function(n, often) {
      if (often && length(common) && length(common) <= 50L) return(like(x, common[sample.int(length(common), n, TRUE)]))
      edges <- if (is.null(histogram)) range(there) else unclass(histogram$edges)
      bin <- if (is.null(histogram)) rep(1L, n) else sample.int(length(edges) - 1L, n, TRUE, unclass(histogram$counts))
      value <- edges[bin] + stats::runif(n) * (edges[bin + 1L] - edges[bin])
      like(x, if (whole) round(value) else value)
    }
    list(said = said, draw = draw, missing = missing > 0)
  }

  # --- models
  # The class that settles how a model predicts, without what butcher and parsnip put before it, and what a formula puts behind it.
  class_of <- function(model) sub("[.](formula|penal|forest)$", "", grep("^(butchered)?_", class(model), value = TRUE, invert = TRUE)[1])
  package_of <- function(kind) names(SERVED)[vapply(SERVED, function(classes) kind %in% classes, NA)]
  # The columns that a model takes, where it says so.
  known_columns <- function(model, kind) switch(kind,
    workflow = names(model$pre$mold$blueprint$ptypes$predictors),
    recipe = model$var_info$variable[model$var_info$role %in% "predictor"],
    preProcess = unique(unlist(model$method)),
    ranger = model$forest$independent.variable.names,
    gbm = if (is.null(model$Terms)) model$var.names else all.vars(stats::delete.response(model$Terms)),
    WrappedModel = , TuneModel = model$features, gam = , bam = all.vars(model$pred.formula),
    if (kind == "train" && is.null(model$terms)) setdiff(names(model$trainingData), c(".outcome", ".weights"))
    else if (!isS4(model)) tryCatch(all.vars(stats::delete.response(stats::terms(model))), error = function(e) NULL)
  )
  # R's answers of every type that a model of this class has; `levels` are those of a number that is the share of the second class.
  answers <- function(model, kind, rows) {
    p <- function(...) stats::predict(model, rows, ...)
    a <- function(type, value, levels = NULL, ...) {
      value <- tryCatch(value, error = identity)
      if (inherits(value, "error")) return(value)
      if (length(dim(value)) == 3L) value <- matrix(value, dim(value)[1], dimnames = dimnames(value)[1:2])
      if (is.list(value) && !is.data.frame(value)) value <- unlist(value)
      if (length(dim(value)) == 2L && ncol(value) == 1L && kind != "prcomp") value <- value[, 1]
      if (type == "response" && is.null(levels) && kind %in% c("earth", "mrelnet", "cv.glmnet")) value <- unname(value)
      if (length(levels) == 2L && is.null(dim(value))) value <- structure(cbind(1 - value, value), dimnames = list(NULL, levels))
      list(parameters = list(type = type, ...), value = value)
    }
    class_and <- function(class, prob, levels = NULL) list(a("class", class), a("prob", prob, levels))
    switch(kind,
      ranger = {
        ask <- function(...) stats::predict(model, rows, num.threads = 1, seed = 7, ...)
        made <- ask()
        c(switch(model$treetype, Survival = list(a("response", made$survival), a("chf", made$chf)),
            Classification = list(a("response", made$predictions, seed = 7)), list(a("response", made$predictions))),
          if (model$num.trees <= 100) list(a("terminalNodes", ask(type = "terminalNodes")$predictions)),
          if (!is.null(model$random.node.values)) list(a("quantiles", unname(ask(type = "quantiles")$predictions))))
      },
      randomForest = if (model$type == "regression") list(a("response", p())) else
        list(a("prob", p(type = "prob")), a("response", p()), a("vote", p(type = "vote", norm.votes = TRUE))),
      rpart = if (model$method == "class") class_and(p(type = "class"), p(type = "prob")) else list(a("vector", p(type = "vector"))),
      gbm = lapply(c("response", "link"), function(type) a(type, p(n.trees = model$n.trees, type = type))),
      lmerMod = , lmerModLmerTest = , glmerMod = , glm = , negbin = , gam =
        lapply(c("response", "link"), function(type) a(type, as.vector(p(type = type)))),
      bam = lapply(c("response", "link"), function(type) a(type, as.vector(p(type = type, discrete = FALSE)))),
      earth = if (is.null(model$levels) || is.numeric(model$levels)) list(a("response", p(type = "response"))) else
        list(a("response", p(type = "response"), model$levels), a("class", p(type = "class"))),
      glmnet = , elnet = , lognet = , multnet = , fishnet = , mrelnet = , coxnet = , glmnetfit = , cv.glmnet = , relaxed = , cv.relaxed = {
        # A path has no penalty of its own: the last one is served where nobody names another.
        path <- if (is.null(model$glmnet.fit)) model else model$glmnet.fit
        s <- if (is.null(model$lambda.1se)) min(path$lambda) else "lambda.1se"
        ask <- function(type) stats::predict(model, newx = as.matrix(rows), type = type, s = s)
        c(list(a("response", ask("response"), path$classnames)), if (length(path$classnames)) list(a("class", ask("class"))))
      },
      coxph = list(a("lp", p(type = "lp")), a("risk", p(type = "risk"))),
      survreg = list(a("response", p(type = "response")), a("lp", p(type = "lp"))),
      nnet = if (is.null(model$lev)) list(a("response", unname(p()))) else class_and(p(type = "class"), p(type = "raw"), model$lev),
      multinom = , polr = class_and(p(type = "class"), p(type = "probs"), model$lev),
      lda = , qda = class_and(p()$class, p()$posterior),
      naiveBayes = class_and(p(type = "class"), p(type = "raw")),
      svm = {
        made <- p(probability = isTRUE(model$compprob))
        prob <- attr(made, "probabilities")
        c(list(a(if (is.numeric(made)) "response" else "class", as.vector(made))), if (!is.null(prob)) list(a("prob", prob)))
      },
      ksvm = {
        ask <- getExportedValue("kernlab", "predict")
        made <- ask(model, rows)
        c(list(a(if (is.numeric(made)) "response" else "class", as.vector(made))),
          if (length(methods::slot(model, "prob.model")[[1]]) && !is.numeric(made)) list(a("prob", ask(model, rows, type = "probabilities"))))
      },
      knn3 = class_and(p(type = "class"), p(type = "prob")),
      train = {
        ask <- function(type) p(type = type, na.action = stats::na.pass)
        if (model$modelType == "Regression") list(a("response", ask("raw"))) else if (is.function(model$modelInfo$prob))
          class_and(ask("raw"), as.matrix(ask("prob"))) else list(a("class", ask("raw")))
      },
      workflow = , model_fit = {
        spec <- if (kind == "workflow") model$fit$fit$spec else model$spec
        if (spec$mode != "classification") list(a("response", p()[[1]])) else
          class_and(p(type = "class")[[1]], shares(p(type = "prob"), "^[.]pred_"))
      },
      recipe = list(a("response", as.data.frame(getExportedValue("recipes", "bake")(model, rows)))),
      preProcess = , dummyVars = list(a("response", as.data.frame(p()))),
      WrappedModel = , TuneModel = {
        made <- stats::predict(model, newdata = rows)$data
        prob <- made[grep("^prob[.]", names(made))]
        if (is.numeric(made$response)) list(a("response", made$response)) else
          c(list(a("class", made$response)), if (length(prob)) list(a("prob", shares(prob, "^prob[.]"))))
      },
      list(a("response", p()))
    )
  }
  # The columns without which R fails or answers otherwise, where the model does not name its columns.
  tried_columns <- function(model, kind, data, target) {
    all <- setdiff(names(data), target)
    few <- data[seq_len(min(nrow(data), 50L)), all, drop = FALSE]
    ask <- function(rows) tryCatch(ask_r(model, kind, rows, list()), error = function(e) NULL)
    whole <- ask(few)
    if (is.null(whole) || length(all) > 200L) return(all)
    Filter(function(name) !identical(ask(few[setdiff(all, name)]), whole), all)
  }
  shares <- function(frame, prefix) structure(as.matrix(frame), dimnames = list(NULL, sub(prefix, "", names(frame))))

  # The answers for rows. Behind these stand texts of all levels, since some models number the texts of a batch by themselves.
  ask_r <- function(model, kind, rows, texts) {
    n <- nrow(rows)
    more <- max(0L, lengths(texts))
    padded <- rows[c(seq_len(n), rep(1L, more)), , drop = FALSE]
    for (name in names(texts)) padded[[name]][n + seq_len(more)] <- rep_len(texts[[name]], more)
    row.names(padded) <- NULL
    first <- NULL
    for (form in c(list(padded), if (all(vapply(padded, is.numeric, NA))) list(as.matrix(padded)))) {
      made <- suppressWarnings(tryCatch(answers(model, kind, form), error = function(e) list(e)))
      if (!inherits(made[[1]], "error")) break
      if (is.null(first)) first <- made[[1]]
    }
    if (inherits(made[[1]], "error")) stop(first)
    lapply(Filter(function(one) !inherits(one, "error"), made), function(one) {
      value <- one$value
      one$value <- if (is.null(dim(value))) value[seq_len(n)] else value[seq_len(n), , drop = FALSE]
      one
    })
  }
  # The rows that every type answers, and in which no two classes tie, since R draws one of these.
  usable <- function(model, made) {
    fine <- rep(TRUE, NROW(made[[1]]$value))
    for (one in made) {
      value <- one$value
      if (is.data.frame(value)) next
      fine <- fine & (if (is.null(dim(value))) !is.na(value) & !value %in% c(Inf, -Inf) else rowSums(!is.finite(value)) == 0)
      if (is.null(colnames(value)) || one$parameters$type == "terminalNodes") next
      cutoff <- if (inherits(model, "randomForest")) model$forest$cutoff else rep(1, ncol(value))
      weighed <- value / rep(cutoff, each = nrow(value))
      fine <- fine & rowSums(weighed >= apply(weighed, 1L, max) * (1 - 1e-4)) == 1
    }
    fine & !is.na(fine)
  }
  # Rows and R's answers to them: drawn, or real ones where they are shared. Numbers are drawn anew as levels, and nothing is left out, where
  # R has no answer otherwise.
  proof <- function(model, kind, data, told, shared) {
    texts <- Filter(Negate(is.null), lapply(told, function(one) one$texts))
    most <- max(8L, min(64L, 64000L %/% length(told)))
    failed <- NULL
    for (way in if (shared) 1L else 1:4) {
      rows <- if (shared) data[sample.int(nrow(data), min(nrow(data), 4L * most)), names(told), drop = FALSE] else
        as.data.frame(lapply(told, function(one) {
          x <- one$draw(4L * most, way > 2L)
          if (one$missing && way %% 2L) x[stats::runif(length(x)) < 0.1] <- NA
          x
        }), optional = TRUE, stringsAsFactors = FALSE)
      for (twice in 1:2) {
        made <- tryCatch(ask_r(model, kind, rows, texts), error = function(e) e)
        if (inherits(made, "error")) break
        fine <- usable(model, made)
        # Of classes without shares a tie shows where R draws another one.
        if (length(made) == 1L && made[[1]]$parameters$type == "class")
          for (again in 1:9) fine <- fine & made[[1]]$value == ask_r(model, kind, rows, texts)[[1]]$value
        rows <- rows[utils::head(which(fine), most), , drop = FALSE]
        if (!nrow(rows)) break
      }
      if (inherits(made, "error")) failed <- made else if (nrow(rows) >= min(8L, nrow(data))) break
    }
    if (inherits(made, "error") || !nrow(rows)) stop("R's predict() fails on rows of these columns: ",
      if (is.null(failed)) "no answer is finite" else conditionMessage(failed), call. = FALSE)
    made <- ask_r(model, kind, rows, texts)
    list(drawn = !shared, columns = I(names(told)), rows = ready(array(rows_json(unname(as.list(rows)), array))),
      answers = lapply(made, function(one) list(parameters = one$parameters, predictions = ready(array(values_json(one$value))))))
  }
  rows_json <- function(columns, wrap) {
    each <- lapply(columns, cells)
    vapply(seq_along(each[[1]]), function(at) wrap(vapply(each, `[`, "", at)), "")
  }
  values_json <- function(value) {
    if (is.data.frame(value)) {
      for (name in names(value)) {
        kind <- kind_of(value[[name]])
        if (kind %in% c("date", "datetime")) value[[name]] <- shown(kind, as.numeric(value[[name]]))
      }
      return(rows_json(as.list(value), function(each) object(names(value), each)))
    }
    if (is.null(dim(value))) return(cells(value))
    columns <- lapply(seq_len(ncol(value)), function(at) as.vector(value[, at]))
    rows_json(columns, if (is.null(colnames(value))) array else function(each) object(colnames(value), each))
  }
  # What R ran on: the last bits of sums and functions depend on it.
  session <- function(kind) {
    info <- utils::sessionInfo()
    loaded <- intersect(c(package_of(kind), names(info$otherPkgs)), loadedNamespaces())
    short <- function(path) if (length(path)) paste(utils::tail(strsplit(normalizePath(path, "/", FALSE), "/")[[1]], 2L), collapse = "/")
    linux <- file.exists("/proc/cpuinfo")
    getconf <- function() suppressWarnings(system2("getconf", "GNU_LIBC_VERSION", stdout = TRUE, stderr = FALSE))[1]
    list(version = paste(R.version$major, R.version$minor, sep = "."), platform = R.version$platform,
      packages = if (length(loaded)) lapply(stats::setNames(loaded, loaded), function(name) as.character(utils::packageVersion(name))),
      blas = short(info$BLAS), lapack = short(info$LAPACK), locale = Sys.getlocale("LC_COLLATE"),
      libc = if (linux) tryCatch(getconf(), error = function(e) NULL),
      fma = if (linux) any(grepl("\\bfma\\b", readLines("/proc/cpuinfo", warn = FALSE))))
  }

  function(model, data, file, title = NULL, labels = NULL, target = NULL, share_rows = FALSE) {
    kind <- class_of(model)
    if (!length(package_of(kind))) stop("a model of class ", paste(class(model), collapse = ", "), " is not served; served are ",
      paste(unlist(SERVED), collapse = ", "), call. = FALSE)
    if (!grepl("[.]rds$", file, ignore.case = TRUE)) stop("the file ", file, "; expected a name that ends in .RDS", call. = FALSE)
    if (!requireNamespace(package_of(kind), quietly = TRUE))
      stop("the package ", package_of(kind), ", which predicts with this model, is missing", call. = FALSE)
    inner <- if (kind == "last_fit") model$.workflow[[1]] else model
    if (is.matrix(data) && is.null(colnames(data))) colnames(data) <- paste0("x", seq_len(ncol(data)))
    data <- as.data.frame(data, optional = TRUE, stringsAsFactors = FALSE)
    if (length(target) && !target %in% names(data)) stop("the target ", target, "; expected a column of the data", call. = FALSE)
    if (!nrow(data)) stop("no rows of data; expected those that the model was trained on", call. = FALSE)
    # The draws leave the session's random numbers as they were.
    kinds <- RNGkind()
    seed <- get0(".Random.seed", globalenv(), inherits = FALSE)
    on.exit({
      do.call(RNGkind, as.list(kinds))
      if (is.null(seed)) rm(".Random.seed", envir = globalenv()) else assign(".Random.seed", seed, envir = globalenv())
    })
    set.seed(64, "Mersenne-Twister", "Inversion")
    known <- known_columns(inner, class_of(inner))
    columns <- if (is.null(known)) tried_columns(inner, class_of(inner), data, target) else setdiff(intersect(known, names(data)), target)
    if (!length(columns)) stop("no column of the data is one of the model's: ", paste(known, collapse = ", "), call. = FALSE)
    if (length(odd <- setdiff(names(labels), names(data)))) stop("a label for ", odd[1], "; expected columns of the data", call. = FALSE)
    told <- lapply(stats::setNames(columns, columns), function(name) tryCatch(
      describe(data[[name]], if (name %in% names(labels)) labels[[name]]),
      error = function(e) stop("the column ", name, ": ", conditionMessage(e), call. = FALSE)))
    sidecar <- json(list(title = title, answer = if (length(target) && target %in% names(labels)) list(label = labels[[target]]),
      features = lapply(told, function(one) one$said), r = session(class_of(inner)),
      proof = proof(inner, class_of(inner), data, told, share_rows)))
    beside <- sub("[.][^.]*$", ".model.json", file)
    # Both are written beside their places first, so that a stop in between leaves no half of one.
    parts <- paste0(c(file, beside), ".part")
    on.exit(unlink(parts), add = TRUE)
    saveRDS(model, parts[1])
    writeBin(charToRaw(enc2utf8(sidecar)), parts[2])
    if (!all(file.rename(parts, c(file, beside)))) stop("cannot write ", file, call. = FALSE)
    path <- shQuote(normalizePath(file))
    cat(file, " and ", beside, ": ", length(columns), " features, ", if (share_rows) "real" else "drawn", " rows with R's own predictions\n",
      "serve it here:    npm start -- --model ", path, "\n", "deploy it to AWS: npx serverless deploy --param model=", path, "\n", sep = "")
    invisible(beside)
  }
})
