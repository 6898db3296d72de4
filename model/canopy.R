# canopy.R: from a model in R to a URL that answers with R's numbers, and back. Base R 3.5 or newer, no packages.
#   source("canopy.R")
#   canopy_save(model, data, "heart.RDS")      writes heart.RDS and heart.model.json, and prints how to serve them
#   heart <- canopy_endpoint("https://...")    the model where it is served
#   predict(heart, newdata, type = "prob")     its answers, as R's predict() gives them
# The sidecar heart.model.json says what saveRDS() forgets: types, levels in their order, ranges, defaults, and 64 rows with R's own predictions,
# which are computed again wherever the model is served. These rows are drawn: each column by itself, a number evenly within a bin of its
# histogram, so no row of the data is in it (share_rows = TRUE takes real ones). Levels and texts, the two ends of a number and its median are shown.
canopy_save <- local({ # sees the functions of base R alone, whatever stands in the workspace under their names
  # The classes that are served, by the package that predicts with them.
  SERVED <- list(ranger = "ranger", randomForest = "randomForest", rpart = "rpart", xgboost = c("xgb.Booster", "xgboost"), gbm = "gbm",
    lightgbm = "lgb.Booster", stats = c("lm", "glm", "aov", "nls", "prcomp", "kmeans"), MASS = c("negbin", "rlm", "lda", "qda", "polr"),
    quantreg = c("rq", "rqs", "lassorq", "scadrq", "lassorqs", "scadrqs"), lme4 = c("lmerMod", "glmerMod", "lmerModLmerTest"), earth = "earth",
    survival = c("coxph", "survreg"), nnet = c("nnet", "multinom"), e1071 = c("naiveBayes", "svm"), kernlab = "ksvm", workflows = "workflow",
    glmnet = c("elnet", "lognet", "multnet", "fishnet", "mrelnet", "coxnet", "glmnetfit", "cv.glmnet", "relaxed", "cv.relaxed"),
    caret = c("knn3", "knnreg", "train", "preProcess", "dummyVars"), parsnip = "model_fit", tune = "last_fit", recipes = "recipe",
    mlr = c("WrappedModel", "TuneModel"), partykit = "constparty", mgcv = c("gam", "bam"), ipred = c("classbagg", "regbagg"))
  LEAST <- 5L # rows in a bin, or of a level, that is told
  fail <- function(...) stop(..., call. = FALSE)
  in_column <- function(name, value) tryCatch(value, error = function(e) fail("the column ", name, ": ", conditionMessage(e)))
  quoted <- function(x) { # texts become JSON's texts, as numbers do by digits(), and a column's values by cells()
    x <- as.character(x)
    odd <- Encoding(x) == "unknown" & !validUTF8(x)
    if (any(odd) && (l10n_info()[["UTF-8"]] || Sys.getlocale("LC_CTYPE") == "C")) fail("not UTF-8: ", encodeString(x[odd][1]), "; see iconv()")
    Encoding(x[Encoding(x) == "unknown" & !odd]) <- "UTF-8" # also where the locale is C
    out <- gsub("\"", "\\\"", gsub("\\", "\\\\", enc2utf8(x), fixed = TRUE, useBytes = TRUE), fixed = TRUE, useBytes = TRUE)
    for (code in if (any(grepl("[\001-\037]", out, useBytes = TRUE))) 1:31)
      out <- gsub(rawToChar(as.raw(code)), sprintf("\\u%04x", code), out, fixed = TRUE, useBytes = TRUE)
    ifelse(is.na(x), "null", `Encoding<-`(paste0("\"", out, "\""), "UTF-8"))
  }
  digits <- function(x) # all 17: R itself reads some texts of 15 as the neighbour of the number that others read
    if (any(is.infinite(x))) fail("an infinite number, for which JSON has no word") else ifelse(is.na(x), "null", sprintf("%.17g", x))
  cells <- function(x) switch(kind_of(x), logical = c("false", "true", "null")[ifelse(is.na(x), 3, x + 1)], factor = , text = quoted(x),
    digits(numbers(x)))
  array <- function(values) paste0("[", paste(values, collapse = ", "), "]")
  # A list with names is an object, one without an array; a vector is one value, or by I() an array.
  json <- function(x) {
    if (inherits(x, "json")) return(paste(unclass(x)))
    if (!is.list(x)) return(if (inherits(x, "AsIs")) array(cells(unclass(x))) else cells(x))
    each <- vapply(x <- x[!vapply(x, is.null, NA)], json, "")
    if (is.null(names(x))) array(each) else paste0("{", paste0(quoted(names(x)), rep(": ", length(x)), each, collapse = ", "), "}")
  }
  ready <- function(text) structure(text, class = "json")
  kind_of <- function(x) {
    is <- c(factor = is.factor(x), integer64 = inherits(x, "integer64"), date = inherits(x, "Date"), datetime = inherits(x, "POSIXct"),
      text = is.character(x), logical = is.logical(x), number = is.numeric(x) || inherits(x, "difftime"))
    if (any(is) && is.null(dim(x))) return(names(which(is))[1])
    fail("a column of class ", paste(class(x), collapse = ", "), "; expected numbers, logicals, texts, factors, dates, times or integer64")
  }
  # The numbers of a column: days and seconds since 1970 of dates and times; an integer64 by its 64 bits, since its package may not be here.
  numbers <- function(x) if (!inherits(x, "integer64")) as.numeric(x) else {
    value <- colSums(matrix(as.integer(writeBin(as.vector(unclass(x)), raw(), endian = "little")), 8L) * 256^(0:7))
    ifelse(value >= 2^63, NA, value)
  }
  like <- function(x, v) { # values as a column of the class of x: of a factor the places of its levels
    bytes <- function() as.raw(outer(256^(0:7), ifelse(is.na(v), 2^63, v), function(one, v) v %/% one %% 256))
    if (inherits(x, "integer64")) v <- readBin(bytes(), "double", length(v), endian = "little")
    storage.mode(v) <- typeof(x)
    `attributes<-`(v, attributes(x)[setdiff(names(attributes(x)), c("names", "dim", "dimnames"))])
  }
  bins <- function(v) { # a histogram whose edges do not depend on single values, with at least LEAST rows in each bin
    if (length(v) < LEAST || min(v) == max(v)) return(NULL)
    edges <- c(min(v), Filter(function(edge) edge > min(v) && edge < max(v), pretty(range(v), 20)), max(v))
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
  zone_of <- function(x) if (length(set <- Filter(nzchar, c(attr(x, "tzone")[1], Sys.getenv("TZ"))))) set[1] else suppressWarnings(Sys.timezone())
  describe <- function(x, label) { # what the sidecar says of a column, and `draw`, which makes n of its values
    kind <- kind_of(x)
    said <- list(label = label, rType = paste(class(x), collapse = " "))
    v <- if (kind %in% c("factor", "text")) as.integer(if (kind == "factor") x else factor(x)) else numbers(x)
    if (!length(there <- v[is.finite(v)])) fail("no value but missing ones")
    if (kind %in% c("factor", "text", "logical")) {
      levels <- if (kind == "factor") levels(x) else if (kind == "text") levels(factor(x)) else c("false", "true")
      count <- if (kind == "logical") tabulate(there + 1L, 2L) else tabulate(there, length(levels))
      often <- !is.na(levels) & count >= LEAST
      most <- which.max(ifelse(is.na(levels), -1, count))
      said <- c(said, if (kind == "logical") list(type = kind, default = most == 2L) else list(levels = I(levels), default = levels[most]))
      said$profile <- list(shares = if (any(often)) as.list(stats::setNames(count[often] / length(x), levels[often])),
        others = sum(count[!often]) / length(x), missing = mean(is.na(v)))
      drawn <- function(n, places = unique(there)) rep_len(places[sample.int(length(places))], n)[sample.int(n)]
      draw <- function(n, often) if (kind == "text") levels[drawn(n)] else like(x, drawn(n))
      return(list(said = said, draw = draw, missing = anyNA(v), texts = if (kind == "text") levels))
    }
    whole <- all(there == round(there)) && max(abs(there)) < 2^53
    histogram <- bins(there)
    ends <- if (kind %in% c("date", "datetime")) c(floor(min(there)), ceiling(max(there))) else range(there)
    said <- c(said, list(type = if (kind != "number") kind, default = shown(kind, stats::quantile(there, 0.5, names = FALSE, type = 7L - 6L * whole)),
      timeZone = if (kind == "datetime" && (zone <- zone_of(x)) %in% OlsonNames()) zone,
      profile = c(histogram, list(missing = mean(is.na(v))))), if (ends[1] < ends[2])
      list(min = shown(kind, ends[1]), max = shown(kind, ends[2]), step = if (whole && kind %in% c("number", "integer64")) 1))
    runs <- rle(sort(there))
    common <- runs$values[runs$lengths >= LEAST]
    draw <- function(n, often) {
      if (often && length(common) && length(common) <= 50L) return(like(x, common[sample.int(length(common), n, TRUE)]))
      from <- if (is.null(histogram)) list(edges = range(there), counts = 1) else histogram
      bin <- sample.int(length(from$counts), n, TRUE, from$counts)
      value <- from$edges[bin] + stats::runif(n) * (from$edges[bin + 1L] - from$edges[bin])
      like(x, if (whole) round(value) else value)
    }
    list(said = said, draw = draw, missing = anyNA(v))
  }
  # The class that settles how a model predicts, without what butcher and parsnip put before it, and a formula behind it.
  class_of <- function(model) sub("[.](formula|penal|forest)$", "", grep("^(butchered)?_", class(model), value = TRUE, invert = TRUE)[1])
  package_of <- function(kind) names(SERVED)[vapply(SERVED, function(classes) kind %in% classes, NA)]
  group_of <- function(kind) if (length(package_of(kind)) && package_of(kind) %in% c("glmnet", "lme4", "mlr", "ipred")) package_of(kind) else kind
  inputs_of <- function(model) all.vars(stats::delete.response(stats::terms(model)))
  path_of <- function(model) if (is.null(model$glmnet.fit)) model else model$glmnet.fit
  refuse <- function(model, kind) { # what the import would refuse and R itself can see
    if (kind %in% c("gam", "bam") && (of <- model$family$family) %in% c("Cox PH", "Multivariate normal")) fail("a gam of ", of, " is not served")
    if (kind == "coxph" && length(attr(model$terms, "specials")$strata) && is.null(model[["x"]])) fail("a coxph with strata() needs x = TRUE")
    parts <- if (!isS4(model)) tryCatch(stats::delete.response(stats::terms(model)), error = function(e) NULL)
    for (name in setdiff(all.names(parts), c(all.vars(parts), ls(baseenv()), getNamespaceExports("stats"))))
      if (exists(name, globalenv(), inherits = FALSE)) fail("the formula calls ", name, "(), a function of yours, which is not served")
  }
  known_columns <- function(model, kind) switch(group_of(kind), # where it says so
    workflow = names(model$pre$mold$blueprint$ptypes$predictors), preProcess = unique(unlist(model$method)),
    recipe = model$var_info$variable[model$var_info$role %in% "predictor"], ranger = model$forest$independent.variable.names,
    gbm = if (is.null(model$Terms)) model$var.names else all.vars(parse(text = model$var.names, keep.source = FALSE)), # no offset
    ipred = inputs_of(model$mtrees[[1]]$btree), mlr = model$features, kmeans = colnames(model$centers), nls = names(model$dataClasses),
    gam = , bam = all.vars(model$pred.formula), glmnet = rownames(if (is.list(penalized <- path_of(model)$beta)) penalized[[1]] else penalized),
    if (kind == "train" && is.null(model$terms)) setdiff(names(model$trainingData), c(".outcome", ".weights")) else
      if (!isS4(model)) tryCatch(inputs_of(model), error = function(e) NULL))
  # R's answers of every type that a model of this class has; `levels` are those of a number that is the share of the second class.
  answers <- function(model, kind, rows) {
    p <- function(...) (if (kind == "ksvm") getExportedValue("kernlab", "predict") else stats::predict)(model, rows, ...)
    a <- function(type, value, levels = NULL, ...) {
      if (inherits(value <- tryCatch(value, error = identity), "error")) return(value)
      if (length(dim(value)) == 3L) value <- matrix(value, dim(value)[1], dimnames = dimnames(value)[1:2])
      if (is.list(value) && !is.data.frame(value)) value <- unlist(value)
      if (NROW(value) != nrow(rows) || identical(ncol(value), 0L)) return(simpleError("no such answer"))
      if (length(dim(value)) == 1L || (is.matrix(value) && ncol(value) == 1L && kind != "prcomp")) value <- as.vector(value)
      if (type == "response" && is.null(levels) && kind %in% c("earth", "mrelnet", "cv.glmnet")) value <- unname(value)
      if (length(levels) == 2L && is.null(dim(value))) value <- structure(cbind(1 - value, value), dimnames = list(NULL, levels))
      list(parameters = list(type = type, ...), value = if (is.null(dim(value)) && is.numeric(value)) as.vector(value) else value)
    }
    class_and <- function(class, prob, levels = NULL) if (is.numeric(class)) list(a("response", class)) else
      list(a("class", if (is.logical(class)) as.character(class) else class), a("prob", prob, levels))
    from <- function(package, name, ...) getExportedValue(package, name)(model, rows, ...)
    each <- function(types, ...) lapply(types, function(type) a(type, p(type = type, ...)))
    # An answer beside the usual ones: where R has none, or not for all rows, it is left out. Its columns have no names.
    beside <- function(type, value, ...) a(type, if (all(is.finite(made <- unname(value)))) made, NULL, ...)
    errors <- function(said, ...) beside("se", cbind(said[[1]], said[[2]]), ...)
    with_errors <- function(...) c(each(c("response", "link"), ...), list(errors(p(type = "response", se.fit = TRUE, ...))))
    smooth <- function(...) c(with_errors(...), list(beside("terms", cbind(attr(terms <- p(type = "terms", ...), "constant"), terms))))
    switch(if (kind %in% c("gam", "bam") && is.list(model$formula)) "several" else group_of(kind), several = each("response", discrete = FALSE),
      ranger = {
        ask <- function(...) stats::predict(model, rows, num.threads = 1, seed = 7, ...)
        made <- ask()
        c(switch(model$treetype, Survival = list(a("response", made$survival), a("chf", made$chf)),
            Classification = list(a("response", made$predictions, seed = 7)), list(a("response", made$predictions))),
          list(if (model$num.trees <= 100) a("terminalNodes", unname(ask(type = "terminalNodes")$predictions)),
            if (model$treetype == "Regression") errors(ask(type = "se", se.method = "jack")[c("predictions", "se")], seMethod = "jack"),
            beside("quantiles", ask(type = "quantiles")$predictions)))
      },
      randomForest = if (model$type == "regression") list(a("response", p())) else
        list(a("prob", p(type = "prob")), a("response", p()), a("vote", p(type = "vote", norm.votes = TRUE))),
      rpart = if (model$method == "class") class_and(p(type = "class"), p(type = "prob")) else list(a("vector", p(type = "vector"))),
      lm = , aov = c(list(a("response", p()), errors(p(se.fit = TRUE))), lapply(c("confidence", "prediction"), function(interval)
        beside("response", cbind(p(interval = interval), 0.95), interval = interval))),
      lme4 = each(c("response", "link")), glm = , negbin = with_errors(), gam = smooth(), bam = smooth(discrete = FALSE),
      gbm = suppressMessages(each(c("response", "link"))), rqs = , lassorqs = , scadrqs = list(a("response", unname(p()))),
      coxph = c(each(c("lp", "risk")), list(beside("survival", t((made <- from("survival", "survfit"))$surv[made$n.event > 0, ])))),
      survreg = c(each(c("response", "lp")), list(beside("quantiles", p(type = "quantile", p = 1:9 / 10), quantiles = I(1:9 / 10)))),
      earth = c(list(a("response", p(type = "response"), if (!is.numeric(model$levels)) model$levels), beside("link", p(type = "link")),
        beside("earth", p(type = "earth"))), if (is.character(model$levels)) list(a("class", p(type = "class")))),
      glmnet = { # of a path the last penalty is served
        s <- if (is.null(model$lambda.1se)) min(path_of(model)$lambda) else "lambda.1se"
        of <- function(type) stats::predict(model, newx = as.matrix(rows), type = type, s = s)
        list(a("response", of("response"), path_of(model)$classnames), a("class", of("class")), beside("link", of("link")))
      },
      nnet = if (is.null(model$lev)) list(a("response", unname(p()))) else class_and(p(type = "class"), p(type = "raw"), model$lev),
      multinom = , polr = class_and(p(type = "class"), p(type = "probs"), model$lev),
      lda = , qda = class_and(p()$class, p()$posterior), constparty = , ipred = class_and(p(), p(type = "prob")),
      svm = c(class_and(as.vector(p()), attr(p(probability = TRUE), "probabilities")),
        list(beside("decision", attr(p(decision.values = TRUE), "decision.values")))),
      ksvm = c(class_and(as.vector(p()), p(type = "probabilities")), list(beside("decision", p(type = "decision")))),
      kmeans = list(a("class", rownames(model$centers)[apply(rows, 1L, function(x) which.min(colSums((t(model$centers) - x)^2)))])),
      knn3 = class_and(p(type = "class"), p(type = "prob")), naiveBayes = class_and(p(type = "class"), p(type = "raw")),
      train = class_and(p(type = "raw", na.action = stats::na.pass), as.matrix(p(type = "prob", na.action = stats::na.pass))),
      workflow = , model_fit = class_and(p()[[1]], shares(p(type = "prob"), "^[.]pred_")),
      recipe = list(a("response", as.data.frame(from("recipes", "bake")))), preProcess = , dummyVars = list(a("response", as.data.frame(p()))),
      mlr = class_and((made <- stats::predict(model, newdata = rows)$data)$response, shares(made[grep("^prob[.]", names(made))], "^prob[.]")),
      list(a("response", p())))
  }
  tried_columns <- function(model, kind, data) { # those without which R fails or answers otherwise, where the model names none
    ask <- function(columns) tryCatch(ask_r(model, kind, utils::head(data[columns], 50L), list()), error = function(e) NULL)
    if (length(data) > 200L || is.null(whole <- ask(names(data)))) return(names(data))
    Filter(function(name) !identical(ask(setdiff(names(data), name)), whole), names(data))
  }
  shares <- function(frame, prefix) structure(as.matrix(frame), dimnames = list(NULL, sub(prefix, "", names(frame))))
  # The answers for rows. Behind these stand texts of all levels, since some models number the texts of a batch by themselves.
  ask_r <- function(model, kind, rows, texts) {
    more <- max(0L, lengths(texts))
    padded <- `row.names<-`(rows[c(seq_len(nrow(rows)), rep(1L, more)), , drop = FALSE], NULL)
    for (name in names(texts)) padded[[name]][nrow(rows) + seq_len(more)] <- rep_len(texts[[name]], more)
    ask <- function(form) suppressWarnings(tryCatch(answers(model, kind, form), error = list))
    made <- failed <- ask(padded)
    if (inherits(made[[1]], "error") && all(vapply(padded, is.numeric, NA))) made <- ask(as.matrix(padded))
    if (inherits(made[[1]], "error")) stop(failed[[1]])
    lapply(Filter(function(one) length(one$value), made), function(one) replace(one, "value", list(utils::head(one$value, nrow(rows)))))
  }
  # The rows that every type answers, and in which no two classes tie, since R draws one of these.
  usable <- function(model, made) {
    fine <- rep(TRUE, NROW(made[[1]]$value))
    for (one in made) {
      if (is.data.frame(value <- one$value)) next
      fine <- fine & (if (is.null(dim(value))) !is.na(value) & !value %in% c(Inf, -Inf) else rowSums(!is.finite(value)) == 0)
      if (is.null(colnames(value))) next
      weighed <- value / rep(if (inherits(model, "randomForest")) model$forest$cutoff else 1, each = nrow(value))
      fine <- fine & rowSums(weighed >= apply(weighed, 1L, max) * (1 - 1e-4)) == 1
    }
    fine %in% TRUE
  }
  # Rows with R's answers: drawn, or shared. Where R has no answer, they are drawn without missing values, then with numbers as levels.
  proof <- function(model, kind, data, told, shared) {
    texts <- Filter(Negate(is.null), lapply(told, function(one) one$texts))
    most <- max(8L, min(64L, 64000L %/% length(told)))
    for (way in if (shared) 1L else 1:4) {
      draw <- function(n) if (shared) data[sample.int(nrow(data), min(nrow(data), n)), names(told), drop = FALSE] else
        as.data.frame(lapply(told, function(one) replace(one$draw(n, way > 2L), (one$missing && way %% 2L) & stats::runif(n) < 0.1, NA)),
          optional = TRUE, stringsAsFactors = FALSE)
      rows <- draw(most)
      # Few asks, since a large model takes a second for one: of more rows those that are fine are asked again by themselves.
      for (round in 1:4) {
        if (inherits(made <- tryCatch(ask_r(model, kind, rows, texts), error = function(e) e), "error")) break
        fine <- usable(model, made)
        # Of classes without shares a tie shows where R draws another one.
        for (again in if (made[[1]]$parameters$type == "class" && !any(vapply(made, function(one) one$parameters$type == "prob", NA))) 1:9)
          fine <- fine & made[[1]]$value == ask_r(model, kind, rows, texts)[[1]]$value
        if (all(fine) && nrow(rows) <= most) break
        rows <- if (round == 1L) draw(4L * most) else rows[utils::head(which(fine), most), , drop = FALSE]
        made <- simpleError(if (nrow(rows)) "its answers are others each time" else "no answer is finite")
        if (!nrow(rows)) break
      }
      if (!inherits(made, "error") && nrow(rows) >= min(8L, nrow(data))) break
    }
    if (inherits(made, "error")) fail("R's predict() fails on rows of these columns: ", conditionMessage(made))
    said <- function(value) ready(array(values_json(value)))
    list(drawn = !shared, columns = I(names(told)), rows = ready(array(rows_json(lapply(as.list(rows), cells)))),
      answers = lapply(made, function(one) {
        half <- if (one$parameters$type == "se") seq_len(ncol(one$value) / 2L) # answers, and as many errors
        c(list(parameters = one$parameters), if (is.null(half)) list(predictions = said(one$value)) else
          list(predictions = said(one$value[, half]), se = said(one$value[, -half])))
      }))
  }
  rows_json <- function(each, names = NULL) { # columns of JSON's texts become rows: arrays, or by names objects
    if (length(names)) each <- Map(function(name, values) paste0(name, ": ", values), quoted(names), each)
    paste0(if (length(names)) "{" else "[", do.call(paste, c(unname(each), sep = ", ")), if (length(names)) "}" else "]")
  }
  values_json <- function(value) if (is.null(dim(value))) cells(value) else rows_json(lapply(seq_len(ncol(value)), function(at) {
    x <- if (is.list(value)) value[[at]] else as.vector(value[, at])
    cells(if (kind_of(x) %in% c("date", "datetime")) shown(kind_of(x), as.numeric(x)) else x)
  }), colnames(value))
  session <- function(kind) { # what R ran on: the last bits of sums and functions depend on it
    info <- utils::sessionInfo()
    loaded <- intersect(c(package_of(kind), names(info$otherPkgs)), loadedNamespaces())
    short <- function(path) if (length(path)) paste(utils::tail(strsplit(normalizePath(path, "/", FALSE), "/")[[1]], 2L), collapse = "/")
    c(list(version = paste(R.version$major, R.version$minor, sep = "."), platform = R.version$platform,
      packages = if (length(loaded)) lapply(stats::setNames(loaded, loaded), function(name) as.character(utils::packageVersion(name))),
      blas = short(info$BLAS), lapack = short(info$LAPACK), locale = Sys.getlocale("LC_COLLATE")),
      if (file.exists("/proc/cpuinfo")) list(libc = suppressWarnings(system2("getconf", "GNU_LIBC_VERSION", TRUE, FALSE))[1],
        fma = any(grepl("\\bfma\\b", readLines("/proc/cpuinfo", warn = FALSE)))))
  }
  function(model, data, file, title = NULL, labels = NULL, target = NULL, share_rows = FALSE) {
    kind <- class_of(model)
    if (!length(package_of(kind)))
      fail("a model of class ", paste(class(model), collapse = ", "), " is not served; served are ", paste(unlist(SERVED), collapse = ", "))
    if (length(file) != 1L || !grepl("[.]rds$", file, TRUE)) fail("the file ", deparse(file), "; expected one name that ends in .RDS")
    if (file.access(dirname(file), 2L)) fail("the folder ", dirname(file), "; expected one that is there and can be written to")
    if (!is.list(title) && length(title) && !(is.character(title) && length(title) == 1L)) fail("the title; expected one text")
    if (length(labels) && is.null(names(labels))) fail("labels without names; expected list(column = \"label\")")
    if (!requireNamespace(package_of(kind), quietly = TRUE)) fail("the package ", package_of(kind), ", by which the model predicts, is missing")
    kind <- class_of(inner <- if (kind == "last_fit") model$.workflow[[1]] else model)
    known <- known_columns(inner, kind)
    refuse(inner, kind)
    if (is.matrix(data) && is.null(colnames(data))) colnames(data) <- if (length(known) == ncol(data)) known else paste0("x", seq_len(ncol(data)))
    data <- as.data.frame(data, optional = TRUE, stringsAsFactors = FALSE)
    data[] <- lapply(data, function(x) if (stats::is.ts(x) && is.null(dim(x))) as.vector(x) else x) # drawn values have no times of a series
    if (length(odd <- setdiff(c(target, names(labels)), names(data)))) fail("no column ", odd[1], " in the data, for target and labels")
    if (!nrow(data)) fail("no rows of data; expected those that the model was trained on")
    seed <- get0(".Random.seed", globalenv(), inherits = FALSE) # the draws leave the session's random numbers as they were
    on.exit(if (is.null(seed)) rm(".Random.seed", envir = globalenv()) else assign(".Random.seed", seed, envir = globalenv()))
    set.seed(64, "Mersenne-Twister", "Inversion")
    columns <- if (is.null(known)) tried_columns(inner, kind, data[setdiff(names(data), target)]) else intersect(known, setdiff(names(data), target))
    if (!length(columns)) fail("no column of the data is one of the model's", if (length(known)) ": ", paste(known, collapse = ", "))
    told <- lapply(stats::setNames(columns, columns), function(name) in_column(name, describe(data[[name]], as.list(labels)[[name]])))
    sidecar <- json(list(title = title, answer = if (any(names(labels) %in% target)) list(label = labels[names(labels) %in% target][[1]]),
      r = session(kind), features = lapply(told, function(one) one$said), proof = proof(inner, kind, data, told, share_rows)))
    parts <- paste0(c(file, beside <- sub("[.][^.]*$", ".model.json", file)), ".part") # so that a stop in between leaves no half of one
    on.exit(unlink(parts), add = TRUE)
    tryCatch(saveRDS(model, out <- gzfile(parts[1], "wb", compression = 1L)), finally = close(out)) # R's usual 6 takes three times as long
    writeBin(charToRaw(enc2utf8(sidecar)), parts[2])
    if (!all(file.rename(parts, c(file, beside)))) fail("cannot write ", file)
    cat(file, " and ", beside, ": ", length(columns), " features, ", if (share_rows) "real" else "drawn", " rows with R's own predictions\n",
      "serve it here:    ", if (npm <- dir.exists("node_modules/@canopy-model")) "npx canopy start" else "npm start --", " --model ", to <-
      shQuote(normalizePath(file)), "\ndeploy it to AWS: ", if (npm) "in a clone, ", "npx serverless deploy --param model=", to, "\n", sep = "")
    invisible(beside)
  }
}, new.env(parent = baseenv()))

# A model where it is served: its address, and a key that goes as the header x-api-key.
canopy_endpoint <- local({
  # A JSON text as lists. It is made of such tokens alone, so that R's own parser may read it: nothing in it can be called.
  parsed <- function(text) {
    token <- "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|[-+.0-9eE]+|true|false|null|[][{}:,]"
    tokens <- regmatches(text, gregexpr(token, text, perl = TRUE))[[1]]
    words <- c("{" = "list(", "[" = "list(", "}" = ")", "]" = ")", ":" = "=", null = "NA", true = "TRUE", false = "FALSE")[tokens]
    code <- paste(ifelse(is.na(words), tokens, words), collapse = "")
    eval(parse(text = code, keep.source = FALSE, encoding = "UTF-8")[[1]], list(list = list, `-` = `-`), emptyenv())
  }
  # Asks by the package curl, or else by the program, which gets body and key in files of R's own folder, which only this user can read.
  # No redirect is followed, since the key would go along. A server that is busy is asked again, up to twice.
  fetched <- function(endpoint, path, body = NULL, waits = c(1, 3)) {
    url <- paste0(endpoint$url, path)
    headers <- c("content-type: application/json", "accept: application/json", if (length(endpoint$key())) paste0("x-api-key: ", endpoint$key()))
    bytes <- if (!is.null(body)) charToRaw(enc2utf8(body))
    if (requireNamespace("curl", quietly = TRUE) && !isTRUE(getOption("canopy.program"))) {
      curl <- function(name, ...) getExportedValue("curl", name)(...)
      handle <- curl("new_handle", followlocation = FALSE, connecttimeout = 10L, timeout = 100L, httpheader = headers)
      if (!is.null(bytes)) curl("handle_setopt", handle, post = TRUE, postfieldsize = length(bytes), postfields = bytes)
      answer <- tryCatch(curl("curl_fetch_memory", url, handle), error = function(e) fail("no answer from ", url, ": ", conditionMessage(e)))
    } else {
      if (Sys.which("curl") == "") fail("neither the package curl nor the program curl is here; install.packages(\"curl\") helps")
      files <- tempfile(c("body", "config", "answer"))
      on.exit(unlink(files))
      if (!is.null(bytes)) writeBin(bytes, files[1])
      option <- function(name, value) paste0(name, " = \"", gsub("([\\\\\"])", "\\\\\\1", value), "\"")
      writeLines(c("silent", "show-error", "connect-timeout = 10", "max-time = 100", option("url", url), option("header", headers),
        option("output", files[3]), option("write-out", "%{http_code}"), if (!is.null(bytes)) option("data-binary", paste0("@", files[1]))),
        files[2], useBytes = TRUE)
      status <- suppressWarnings(system2("curl", c("--config", shQuote(files[2])), stdout = TRUE))
      if (!file.exists(files[3]) || length(attr(status, "status"))) fail("no answer from ", url)
      answer <- list(status_code = as.integer(status), content = readBin(files[3], raw(), file.size(files[3])))
    }
    status <- answer$status_code
    if (status %in% c(429, 502:504) && length(waits)) {
      Sys.sleep(waits[1])
      return(fetched(endpoint, path, body, waits[-1]))
    }
    said <- tryCatch(parsed(`Encoding<-`(rawToChar(answer$content), "UTF-8")), error = list)
    if (!is.list(said)) said <- list()
    if (status == 200 && any(c("features", "predictions") %in% names(said))) return(said)
    problems <- do.call(rbind, lapply(said$errors, function(one)
      data.frame(path = c(one$path, "")[1], message = c(one$message, "")[1], stringsAsFactors = FALSE)))
    other <- if (status %/% 100 == 3) ", which leads to another address" else if (status == 200) ", but no answer of a model"
    told <- c(said$detail, said$message, paste0("status ", status, other))[1]
    stop(structure(class = c("canopy_problem", "error", "condition"), list(call = NULL, status = status, detail = said$detail, problems = problems,
      message = paste0(url, ": ", paste(c(told, paste(problems$path, problems$message)), collapse = "\n  ")), requestId = said$requestId)))
  }
  shaped <- function(all, classes = NULL) { # as R's predict() gives them: numbers, a factor, a matrix, or a data frame
    if (is.character(all[[1]]) && length(classes)) return(factor(unlist(all), union(unlist(classes), unlist(all))))
    if (!is.list(all[[1]])) return(unlist(all))
    if (all(vapply(all[[1]], is.numeric, NA))) return(matrix(unlist(all), length(all), byrow = TRUE, dimnames = list(NULL, names(all[[1]]))))
    as.data.frame(lapply(stats::setNames(names(all[[1]]), names(all[[1]])), function(name) unlist(lapply(all, `[[`, name))), optional = TRUE)
  }
  function(url, key = NULL) {
    if (length(url) != 1L || length(key) > 1L || any(grepl("[[:cntrl:]]", c(url, key)))) fail("the address or the key; expected one line each")
    endpoint <- list(url = sub("/+$", "", url), key = function() key) # so that printing it does not show the key
    structure(c(endpoint, list(model = fetched(endpoint, "/model"))), class = "canopy_endpoint")
  }
}, new.env(parent = environment(canopy_save)))

# Asks for predictions of a data frame: `type` and others are the arguments of R's predict(); explain = TRUE adds what each feature
# contributes, as the attributes "contributions" and "baseline". What is wrong with the rows is a condition of the class canopy_problem.
predict.canopy_endpoint <- local(function(object, newdata, type = NULL, explain = FALSE, ...) {
  features <- object$model$features
  names <- vapply(features, function(one) one$name, "")
  newdata <- as.data.frame(newdata, optional = TRUE, stringsAsFactors = FALSE)
  if (length(lacking <- setdiff(names, names(newdata)))) fail("newdata has no column ", paste(lacking, collapse = ", "))
  told <- function(x, type) if (type == "factor") quoted(x) else # a factor of numbers is one that the formula makes anew
    cells(if (type == "number" && is.factor(x) && !anyNA(of <- suppressWarnings(as.numeric(levels(x))))) of[x] else x)
  columns <- lapply(features, function(one) in_column(one$name, told(newdata[[one$name]], one$type)))
  # A row that lacks a value has no answer where the model takes none: NA, as in R. To a factor NA may be a level.
  asked <- which(object$model$takesMissing | Reduce(`&`, Map(function(x, one) x != "null" | anyNA(one$levels), columns, features)))
  parameters <- json(c(list(type = type, explain = if (explain) TRUE), lapply(list(...), function(x) if (length(x) > 1L) I(x) else x)))
  if (!length(asked)) return(rep(NA_real_, nrow(newdata)))
  rows <- rows_json(lapply(columns, `[`, asked))
  answers <- lapply(split(rows, cumsum(nchar(rows, "bytes") + 4000) %/% 4e6), function(some) { # at most 1,000 rows and about 4 MB in a request
    said <- fetched(object, "/predict", paste0("{\"dataframe_split\": {\"columns\": ", array(quoted(names)), ", \"data\": ", array(some),
      "}, \"parameters\": ", parameters, "}"))
    if (length(said$predictions) == length(some)) said else fail(length(said$predictions), " predictions for ", length(some), " rows")
  })
  rests <- lapply(answers, function(one) lapply(c("model", "explain", "interval"), function(of) one[[of]][["sha256"]])) # each has its own
  if (length(unique(rests)) > 1L) fail("two models answered, as in a deploy; ask again")
  all <- function(name) do.call(c, unname(lapply(answers, `[[`, name)))
  at <- stats::setNames(match(seq_len(nrow(newdata)), asked), row.names(newdata))
  spread <- function(x) if (is.null(dim(x))) stats::setNames(x[at], names(at)) else `rownames<-`(x[at, , drop = FALSE], names(at))
  out <- spread(shaped(all("predictions"), object$model$classes))
  if (length(all("se"))) out <- list(fit = out, se.fit = spread(shaped(all("se"))))
  if (!explain) out else structure(out, contributions = spread(shaped(lapply(all("explanations"), function(one) one$contributions[names]))),
    baseline = spread(vapply(all("explanations"), function(one) one$baseline, 1)))
}, environment(canopy_endpoint))
