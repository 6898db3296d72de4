# canopy.R: from a model in R to a URL that answers with R's numbers, and back. Base R 3.5 or newer, no packages.
#   source("canopy.R")
#   canopy_save(model, data, "heart.RDS")      writes heart.RDS and heart.model.json, and prints how to serve them
#   heart <- canopy_endpoint("https://...")    the model where it is served
#   predict(heart, newdata, type = "prob")     its answers, as R's predict() gives them
# The sidecar heart.model.json says what saveRDS() forgets: types, levels in their order, ranges, defaults, and 64 rows with R's own predictions,
# which are computed again wherever the model is served. These rows are drawn: each column by itself, a number evenly within a bin of its
# histogram, so no row of the data is in it (share_rows = TRUE takes real ones). Levels and texts, the two ends of a number and its median are shown.
canopy_save <- local({
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
  # A vector of texts, numbers or values of a column becomes a vector of JSON's texts.
  quoted <- function(x) {
    x <- enc2utf8(as.character(x))
    if (any(bad <- !validUTF8(x))) fail("a text is not UTF-8: ", encodeString(x[bad][1]), "; iconv() mends it")
    out <- gsub("\"", "\\\"", gsub("\\", "\\\\", x, fixed = TRUE, useBytes = TRUE), fixed = TRUE, useBytes = TRUE)
    for (code in if (any(grepl("[\001-\037]", out, useBytes = TRUE))) 1:31)
      out <- gsub(rawToChar(as.raw(code)), sprintf("\\u%04x", code), out, fixed = TRUE, useBytes = TRUE)
    out <- paste0("\"", out, "\"")
    Encoding(out) <- "UTF-8"
    ifelse(is.na(x), "null", out)
  }
  digits <- function(x) {
    if (any(is.infinite(x))) fail("an infinite number, for which JSON has no word")
    out <- sprintf("%.15g", x)
    more <- is.finite(x) & suppressWarnings(as.numeric(out)) != x
    out[more] <- sprintf("%.17g", x[more])
    ifelse(is.na(x), "null", out)
  }
  cells <- function(x) switch(kind_of(x), factor = , text = quoted(x), logical = c("false", "true", "null")[ifelse(is.na(x), 3, x + 1)],
    digits(numbers(x)))
  object <- function(names, values) paste0("{", paste0(quoted(names), rep(": ", length(names)), values, collapse = ", "), "}")
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
  kind_of <- function(x) {
    is <- c(factor = is.factor(x), integer64 = inherits(x, "integer64"), date = inherits(x, "Date"), datetime = inherits(x, "POSIXct"),
      text = is.character(x), logical = is.logical(x), number = is.numeric(x))
    if (any(is) && is.null(dim(x))) return(names(which(is))[1])
    fail("a column of class ", paste(class(x), collapse = ", "), "; expected numbers, logicals, texts, factors, dates, times or integer64")
  }
  # The numbers of a column: days and seconds since 1970 of dates and times; an integer64 by its 64 bits, since its package may not be here.
  numbers <- function(x) {
    if (!inherits(x, "integer64")) return(as.numeric(x))
    value <- colSums(matrix(as.integer(writeBin(as.vector(unclass(x)), raw(), endian = "little")), 8L) * 256^(0:7))
    ifelse(value >= 2^63, NA, value)
  }
  # Values as a column of the class of x: of a factor the places of its levels.
  like <- function(x, v) {
    bytes <- function() as.raw(outer(256^(0:7), ifelse(is.na(v), 2^63, v), function(one, v) v %/% one %% 256))
    if (inherits(x, "integer64")) v <- readBin(bytes(), "double", length(v), endian = "little")
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
    if (!length(there)) fail("no value but missing ones")
    if (kind %in% c("factor", "text", "logical")) {
      levels <- if (kind == "factor") levels(x) else if (kind == "text") levels(factor(x)) else c("false", "true")
      count <- if (kind == "logical") tabulate(there + 1L, 2L) else tabulate(there, length(levels))
      often <- !is.na(levels) & count >= LEAST
      most <- which.max(ifelse(is.na(levels), -1, count))
      said <- c(said, if (kind == "logical") list(type = kind, default = most == 2L) else list(levels = I(levels), default = levels[most]))
      said$profile <- list(shares = if (any(often)) as.list(stats::setNames(count[often] / length(x), levels[often])),
        others = sum(count[!often]) / length(x), missing = mean(is.na(v)))
      places <- unique(there)
      drawn <- function(n) rep_len(places[sample.int(length(places))], n)[sample.int(n)]
      draw <- function(n, often) if (kind == "text") levels[drawn(n)] else like(x, drawn(n))
      return(list(said = said, draw = draw, missing = anyNA(v), texts = if (kind == "text") levels))
    }
    whole <- all(there == round(there)) && max(abs(there)) < 2^53
    histogram <- bins(there)
    ends <- if (kind %in% c("date", "datetime")) c(floor(min(there)), ceiling(max(there))) else range(there)
    said$type <- if (kind != "number") kind
    if (kind == "datetime" && isTRUE(nzchar(attr(x, "tzone")[1]))) said$timeZone <- attr(x, "tzone")[1]
    said$default <- shown(kind, stats::quantile(there, 0.5, names = FALSE, type = if (whole) 1L else 7L))
    if (ends[1] < ends[2])
      said <- c(said, list(min = shown(kind, ends[1]), max = shown(kind, ends[2]), step = if (whole && kind %in% c("number", "integer64")) 1))
    said$profile <- c(histogram, list(missing = mean(is.na(v))))
    runs <- rle(sort(there))
    common <- runs$values[runs$lengths >= LEAST]
    draw <- function(n, often) {
      if (often && length(common) && length(common) <= 50L) return(like(x, common[sample.int(length(common), n, TRUE)]))
      edges <- if (is.null(histogram)) range(there) else unclass(histogram$edges)
      bin <- if (is.null(histogram)) rep(1L, n) else sample.int(length(edges) - 1L, n, TRUE, unclass(histogram$counts))
      value <- edges[bin] + stats::runif(n) * (edges[bin + 1L] - edges[bin])
      like(x, if (whole) round(value) else value)
    }
    list(said = said, draw = draw, missing = anyNA(v))
  }
  # The class that settles how a model predicts, without what butcher and parsnip put before it, and what a formula puts behind it.
  class_of <- function(model) sub("[.](formula|penal|forest)$", "", grep("^(butchered)?_", class(model), value = TRUE, invert = TRUE)[1])
  package_of <- function(kind) names(SERVED)[vapply(SERVED, function(classes) kind %in% classes, NA)]
  # The columns that a model takes, where it says so.
  known_columns <- function(model, kind) switch(kind,
    workflow = names(model$pre$mold$blueprint$ptypes$predictors), preProcess = unique(unlist(model$method)),
    recipe = model$var_info$variable[model$var_info$role %in% "predictor"], ranger = model$forest$independent.variable.names,
    gbm = if (is.null(model$Terms)) model$var.names else all.vars(stats::delete.response(model$Terms)),
    WrappedModel = , TuneModel = model$features, kmeans = colnames(model$centers), nls = names(model$dataClasses),
    gam = , bam = all.vars(model$pred.formula), if (kind == "train" && is.null(model$terms)) setdiff(names(model$trainingData),
      c(".outcome", ".weights")) else if (!isS4(model)) tryCatch(all.vars(stats::delete.response(stats::terms(model))), error = function(e) NULL)
  )
  # R's answers of every type that a model of this class has; `levels` are those of a number that is the share of the second class.
  answers <- function(model, kind, rows) {
    p <- function(...) stats::predict(model, rows, ...)
    a <- function(type, value, levels = NULL, ...) {
      value <- tryCatch(if (is.null(value) || identical(dim(value)[2], 0L)) stop("no such answer") else value, error = identity)
      if (inherits(value, "error")) return(value)
      if (length(dim(value)) == 3L) value <- matrix(value, dim(value)[1], dimnames = dimnames(value)[1:2])
      if (is.list(value) && !is.data.frame(value)) value <- unlist(value)
      if (length(dim(value)) == 1L || (is.matrix(value) && ncol(value) == 1L && kind != "prcomp")) value <- as.vector(value)
      if (type == "response" && is.null(levels) && kind %in% c("earth", "mrelnet", "cv.glmnet")) value <- unname(value)
      if (length(levels) == 2L && is.null(dim(value))) value <- structure(cbind(1 - value, value), dimnames = list(NULL, levels))
      list(parameters = list(type = type, ...), value = if (is.null(dim(value)) && is.numeric(value)) as.vector(value) else value)
    }
    class_and <- function(class, prob, levels = NULL) if (is.numeric(class)) list(a("response", class)) else
      list(a("class", if (is.logical(class)) as.character(class) else class), a("prob", prob, levels))
    from <- function(package, name) getExportedValue(package, name)(model, rows)
    each <- function(types, ...) lapply(types, function(type) a(type, p(type = type, ...)))
    switch(kind,
      ranger = {
        ask <- function(...) stats::predict(model, rows, num.threads = 1, seed = 7, ...)
        kinds <- list(Survival = list(a("response", ask()$survival), a("chf", ask()$chf)),
          Classification = list(a("response", ask()$predictions, seed = 7)))[[model$treetype]]
        c(if (is.null(kinds)) list(a("response", ask()$predictions)) else kinds,
          if (model$num.trees <= 100) list(a("terminalNodes", ask(type = "terminalNodes")$predictions)),
          if (!is.null(model$random.node.values)) list(a("quantiles", unname(ask(type = "quantiles")$predictions))))
      },
      randomForest = if (model$type == "regression") list(a("response", p())) else
        list(a("prob", p(type = "prob")), a("response", p()), a("vote", p(type = "vote", norm.votes = TRUE))),
      rpart = if (model$method == "class") class_and(p(type = "class"), p(type = "prob")) else list(a("vector", p(type = "vector"))),
      lmerMod = , lmerModLmerTest = , glmerMod = , glm = , negbin = , gam = each(c("response", "link")),
      bam = each(c("response", "link"), discrete = FALSE), gbm = each(c("response", "link"), n.trees = model$n.trees),
      coxph = each(c("lp", "risk")), survreg = each(c("response", "lp")),
      earth = if (is.null(model$levels) || is.numeric(model$levels)) list(a("response", p(type = "response"))) else
        list(a("response", p(type = "response"), model$levels), a("class", p(type = "class"))),
      glmnet = , elnet = , lognet = , multnet = , fishnet = , mrelnet = , coxnet = , glmnetfit = , cv.glmnet = , relaxed = , cv.relaxed = {
        path <- if (is.null(model$glmnet.fit)) model else model$glmnet.fit # of a path the last penalty is served
        s <- if (is.null(model$lambda.1se)) min(path$lambda) else "lambda.1se"
        of <- function(type) stats::predict(model, newx = as.matrix(rows), type = type, s = s)
        c(list(a("response", of("response"), path$classnames)), if (length(path$classnames)) list(a("class", of("class"))))
      },
      nnet = if (is.null(model$lev)) list(a("response", unname(p()))) else class_and(p(type = "class"), p(type = "raw"), model$lev),
      multinom = , polr = class_and(p(type = "class"), p(type = "probs"), model$lev),
      lda = , qda = class_and(p()$class, p()$posterior), constparty = , classbagg = , regbagg = class_and(p(), p(type = "prob")),
      svm = class_and(as.vector(p()), attr(p(probability = TRUE), "probabilities")),
      ksvm = class_and(as.vector(from("kernlab", "predict")), getExportedValue("kernlab", "predict")(model, rows, type = "probabilities")),
      kmeans = list(a("class", rownames(model$centers)[apply(rows, 1L, function(x) which.min(colSums((t(model$centers) - x)^2)))])),
      knn3 = class_and(p(type = "class"), p(type = "prob")), naiveBayes = class_and(p(type = "class"), p(type = "raw")),
      train = class_and(p(type = "raw", na.action = stats::na.pass), as.matrix(p(type = "prob", na.action = stats::na.pass))),
      workflow = , model_fit = class_and(p()[[1]], shares(p(type = "prob"), "^[.]pred_")),
      recipe = list(a("response", as.data.frame(from("recipes", "bake")))),
      preProcess = , dummyVars = list(a("response", as.data.frame(p()))),
      WrappedModel = , TuneModel = {
        made <- stats::predict(model, newdata = rows)$data
        class_and(made$response, shares(made[grep("^prob[.]", names(made))], "^prob[.]"))
      },
      list(a("response", p()))
    )
  }
  # The columns without which R fails or answers otherwise, where the model does not name its columns.
  tried_columns <- function(model, kind, data) {
    few <- utils::head(data, 50L)
    ask <- function(rows) tryCatch(ask_r(model, kind, rows, list()), error = function(e) NULL)
    whole <- ask(few)
    if (is.null(whole) || length(data) > 200L) return(names(data))
    Filter(function(name) !identical(ask(few[setdiff(names(data), name)]), whole), names(data))
  }
  shares <- function(frame, prefix) structure(as.matrix(frame), dimnames = list(NULL, sub(prefix, "", names(frame))))
  # The answers for rows. Behind these stand texts of all levels, since some models number the texts of a batch by themselves.
  ask_r <- function(model, kind, rows, texts) {
    n <- nrow(rows)
    more <- max(0L, lengths(texts))
    padded <- rows[c(seq_len(n), rep(1L, more)), , drop = FALSE]
    for (name in names(texts)) padded[[name]][n + seq_len(more)] <- rep_len(texts[[name]], more)
    row.names(padded) <- NULL
    forms <- c(list(padded), if (all(vapply(padded, is.numeric, NA))) list(as.matrix(padded)))
    tries <- lapply(forms, function(form) suppressWarnings(tryCatch(answers(model, kind, form), error = function(e) list(e))))
    worked <- vapply(tries, function(made) !inherits(made[[1]], "error"), NA)
    if (!any(worked)) stop(tries[[1]][[1]])
    made <- tries[[which(worked)[1]]]
    lapply(Filter(function(one) !inherits(one, "error"), made), function(one) {
      one$value <- if (is.null(dim(one$value))) one$value[seq_len(n)] else one$value[seq_len(n), , drop = FALSE]
      one
    })
  }
  # The rows that every type answers, and in which no two classes tie, since R draws one of these.
  usable <- function(model, made) {
    fine <- rep(TRUE, NROW(made[[1]]$value))
    for (one in made) {
      if (is.data.frame(value <- one$value)) next
      fine <- fine & (if (is.null(dim(value))) !is.na(value) & !value %in% c(Inf, -Inf) else rowSums(!is.finite(value)) == 0)
      if (is.null(colnames(value)) || one$parameters$type == "terminalNodes") next
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
      rows <- if (shared) data[sample.int(nrow(data), min(nrow(data), 4L * most)), names(told), drop = FALSE] else
        as.data.frame(lapply(told, function(one) {
          x <- one$draw(4L * most, way > 2L)
          if (one$missing && way %% 2L) x[stats::runif(length(x)) < 0.1] <- NA
          x
        }), optional = TRUE, stringsAsFactors = FALSE)
      for (twice in 1:2) {
        made <- tryCatch(ask_r(model, kind, rows, texts), error = function(e) e)
        if (inherits(made, "error") || !nrow(rows)) break
        fine <- usable(model, made)
        # Of classes without shares a tie shows where R draws another one.
        for (again in if (length(made) == 1L && made[[1]]$parameters$type == "class") 1:9)
          fine <- fine & made[[1]]$value == ask_r(model, kind, rows, texts)[[1]]$value
        rows <- rows[utils::head(which(fine), most), , drop = FALSE]
      }
      if (!inherits(made, "error") && nrow(rows) >= min(8L, nrow(data))) break
    }
    if (inherits(made, "error")) fail("R's predict() fails on rows of these columns: ", conditionMessage(made))
    if (!nrow(rows)) fail("R's predict() has no finite answer to rows of these columns")
    made <- ask_r(model, kind, rows, texts)
    list(drawn = !shared, columns = I(names(told)), rows = ready(array(rows_json(lapply(unname(as.list(rows)), cells), array))),
      answers = lapply(made, function(one) list(parameters = one$parameters, predictions = ready(array(values_json(one$value))))))
  }
  rows_json <- function(each, wrap) vapply(seq_along(each[[1]]), function(at) wrap(vapply(each, `[`, "", at)), "")
  values_json <- function(value) {
    if (is.null(dim(value))) return(cells(value))
    columns <- lapply(seq_len(ncol(value)), function(at) if (is.list(value)) value[[at]] else as.vector(value[, at]))
    columns <- lapply(columns, function(x) if (kind_of(x) %in% c("date", "datetime")) shown(kind_of(x), as.numeric(x)) else x)
    rows_json(lapply(columns, cells), if (is.null(colnames(value))) array else function(each) object(colnames(value), each))
  }
  # What R ran on: the last bits of sums and functions depend on it.
  session <- function(kind) {
    info <- utils::sessionInfo()
    loaded <- intersect(c(package_of(kind), names(info$otherPkgs)), loadedNamespaces())
    short <- function(path) if (length(path)) paste(utils::tail(strsplit(normalizePath(path, "/", FALSE), "/")[[1]], 2L), collapse = "/")
    linux <- if (file.exists("/proc/cpuinfo")) list(libc = suppressWarnings(system2("getconf", "GNU_LIBC_VERSION", TRUE, FALSE))[1],
      fma = any(grepl("\\bfma\\b", readLines("/proc/cpuinfo", warn = FALSE))))
    c(list(version = paste(R.version$major, R.version$minor, sep = "."), platform = R.version$platform,
      packages = if (length(loaded)) lapply(stats::setNames(loaded, loaded), function(name) as.character(utils::packageVersion(name))),
      blas = short(info$BLAS), lapack = short(info$LAPACK), locale = Sys.getlocale("LC_COLLATE")), linux)
  }
  function(model, data, file, title = NULL, labels = NULL, target = NULL, share_rows = FALSE) {
    kind <- class_of(model)
    if (!length(package_of(kind)))
      fail("a model of class ", paste(class(model), collapse = ", "), " is not served; served are ", paste(unlist(SERVED), collapse = ", "))
    if (!grepl("[.]rds$", file, ignore.case = TRUE)) fail("the file ", file, "; expected a name that ends in .RDS")
    if (!requireNamespace(package_of(kind), quietly = TRUE)) fail("the package ", package_of(kind), ", by which the model predicts, is missing")
    inner <- if (kind == "last_fit") model$.workflow[[1]] else model
    if (is.matrix(data) && is.null(colnames(data))) colnames(data) <- paste0("x", seq_len(ncol(data)))
    data <- as.data.frame(data, optional = TRUE, stringsAsFactors = FALSE)
    if (length(odd <- setdiff(c(target, names(labels)), names(data)))) fail("no column ", odd[1], " in the data, for target and labels")
    if (!nrow(data)) fail("no rows of data; expected those that the model was trained on")
    # The draws leave the session's random numbers as they were.
    kinds <- RNGkind()
    seed <- get0(".Random.seed", globalenv(), inherits = FALSE)
    on.exit(if (is.null(seed)) rm(".Random.seed", envir = globalenv()) else assign(".Random.seed", seed, envir = globalenv()))
    if (is.null(seed)) on.exit(do.call(RNGkind, as.list(kinds)), add = TRUE, after = FALSE)
    set.seed(64, "Mersenne-Twister", "Inversion")
    known <- known_columns(inner, class_of(inner))
    inputs <- data[setdiff(names(data), target)]
    columns <- if (is.null(known)) tried_columns(inner, class_of(inner), inputs) else intersect(known, names(inputs))
    if (!length(columns)) fail("no column of the data is one of the model's: ", paste(known, collapse = ", "))
    label_of <- function(name) if (length(name) && name %in% names(labels)) labels[[name]]
    told <- lapply(stats::setNames(columns, columns), function(name)
      tryCatch(describe(data[[name]], label_of(name)), error = function(e) fail("the column ", name, ": ", conditionMessage(e))))
    sidecar <- json(list(title = title, answer = if (length(label_of(target))) list(label = label_of(target)), r = session(class_of(inner)),
      features = lapply(told, function(one) one$said), proof = proof(inner, class_of(inner), data, told, share_rows)))
    beside <- sub("[.][^.]*$", ".model.json", file)
    # Both are written beside their places first, so that a stop in between leaves no half of one.
    parts <- paste0(c(file, beside), ".part")
    on.exit(unlink(parts), add = TRUE)
    saveRDS(model, parts[1])
    writeBin(charToRaw(enc2utf8(sidecar)), parts[2])
    if (!all(file.rename(parts, c(file, beside)))) fail("cannot write ", file)
    cat(file, " and ", beside, ": ", length(columns), " features, ", if (share_rows) "real" else "drawn", " rows with R's own predictions\n",
      paste(c("serve it here:    npm start -- --model", "deploy it to AWS: npx serverless deploy --param"),
        paste0(c("", "model="), shQuote(normalizePath(file)), "\n")), sep = "")
    invisible(beside)
  }
})

# A model where it is served: its address, and a key that goes as the header x-api-key.
canopy_endpoint <- local({
  # A JSON text as lists. It is made of such tokens alone, so that R's own parser may read it: nothing in it can be called.
  parsed <- function(text) {
    token <- "\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|[-+.0-9eE]+|true|false|null|[][{}:,]"
    tokens <- regmatches(text, gregexpr(token, text, perl = TRUE))[[1]]
    words <- c("{" = "list(", "[" = "list(", "}" = ")", "]" = ")", ":" = "=", null = "NA", true = "TRUE", false = "FALSE")[tokens]
    code <- paste(ifelse(is.na(words), gsub("\\/", "/", tokens, fixed = TRUE), words), collapse = "")
    eval(parse(text = code, keep.source = FALSE, encoding = "UTF-8")[[1]], list(list = list, `-` = `-`), emptyenv())
  }
  # Asks by the package curl, or else by the program, to which body and key are given in files that only this user can read.
  fetched <- function(endpoint, path, body = NULL) {
    headers <- c("content-type: application/json", "accept: application/json", if (length(endpoint$key())) paste0("x-api-key: ", endpoint$key()))
    bytes <- if (!is.null(body)) charToRaw(enc2utf8(body))
    if (requireNamespace("curl", quietly = TRUE) && !isTRUE(getOption("canopy.program"))) {
      curl <- function(name, ...) getExportedValue("curl", name)(...)
      handle <- curl("new_handle")
      if (!is.null(bytes)) curl("handle_setopt", handle, post = TRUE, postfieldsize = length(bytes), postfields = bytes)
      curl("handle_setheaders", handle, .list = stats::setNames(as.list(sub("^[^:]+: ", "", headers)), sub(":.*", "", headers)))
      made <- curl("curl_fetch_memory", paste0(endpoint$url, path), handle)
      answer <- list(status = made$status_code, bytes = made$content)
    } else {
      files <- tempfile(c("body", "config", "answer"))
      on.exit({ unlink(files); Sys.umask(mask) })
      mask <- Sys.umask("077")
      if (!is.null(bytes)) writeBin(bytes, files[1])
      option <- function(name, value) paste0(name, " = \"", gsub("([\\\\\"])", "\\\\\\1", value), "\"")
      writeLines(c("silent", "show-error", option("url", paste0(endpoint$url, path)), option("header", headers), option("output", files[3]),
        option("write-out", "%{http_code}"), if (!is.null(bytes)) option("data-binary", paste0("@", files[1]))), files[2], useBytes = TRUE)
      status <- suppressWarnings(system2("curl", c("--config", shQuote(files[2])), stdout = TRUE))
      if (!file.exists(files[3])) fail("no answer from ", endpoint$url, path)
      answer <- list(status = as.integer(status), bytes = readBin(files[3], raw(), file.size(files[3])))
    }
    said <- tryCatch(parsed(`Encoding<-`(rawToChar(answer$bytes), "UTF-8")), error = function(e) NULL)
    if (answer$status == 200 && is.list(said)) return(said)
    problems <- do.call(rbind, lapply(said$errors, function(one) data.frame(path = one$path, message = one$message, stringsAsFactors = FALSE)))
    told <- c(if (is.null(said$detail)) paste("status", answer$status) else said$detail, if (length(problems)) paste(problems$path, problems$message))
    message <- paste0(endpoint$url, path, ": ", paste(told, collapse = "\n  "))
    stop(structure(class = c("canopy_problem", "error", "condition"), list(message = message, call = NULL, status = answer$status,
      detail = said$detail, problems = problems, requestId = said$requestId)))
  }
  # Predictions as R's predict() gives them: numbers, a factor, a matrix, or a data frame.
  shaped <- function(all, classes) {
    if (is.character(all[[1]]) && length(classes)) return(factor(unlist(all), unlist(classes)))
    if (!is.list(all[[1]])) return(unlist(all))
    if (all(vapply(all[[1]], is.numeric, NA))) return(matrix(unlist(all), length(all), byrow = TRUE, dimnames = list(NULL, names(all[[1]]))))
    as.data.frame(lapply(stats::setNames(names(all[[1]]), names(all[[1]])), function(name) unlist(lapply(all, `[[`, name))), optional = TRUE)
  }
  function(url, key = NULL) {
    if (any(grepl("[[:cntrl:]]", c(url, key)))) fail("a line feed or another such character in the address or the key")
    # In a function, so that printing the endpoint does not show it.
    endpoint <- list(url = sub("/+$", "", url), key = function() key)
    structure(c(endpoint, list(model = fetched(endpoint, "/model"))), class = "canopy_endpoint")
  }
}, new.env(parent = environment(canopy_save)))

# Asks for predictions of a data frame: `type` and others are the arguments of R's predict(); explain = TRUE adds what each feature
# contributes, as the attributes "contributions" and "baseline". What is wrong with the rows is a condition of the class canopy_problem.
predict.canopy_endpoint <- local(function(object, newdata, type = NULL, explain = FALSE, ...) {
  features <- object$model$features
  names <- vapply(features, function(one) one$name, "")
  if (length(lacking <- setdiff(names, names(newdata)))) fail("newdata has no column ", paste(lacking, collapse = ", "))
  columns <- lapply(features, function(one) if (one$type == "factor") quoted(newdata[[one$name]]) else cells(newdata[[one$name]]))
  # A row that lacks a value has no answer where the model takes none: NA, as in R.
  asked <- which(object$model$takesMissing | Reduce(`&`, lapply(columns, `!=`, "null")))
  parameters <- json(c(list(type = type, explain = if (explain) TRUE), lapply(list(...), function(x) if (length(x) > 1L) I(x) else x)))
  answers <- lapply(split(asked, (seq_along(asked) - 1L) %/% 1000L), function(at) fetched(object, "/predict",
    paste0("{\"dataframe_split\": {\"columns\": ", array(quoted(names)), ", \"data\": ", array(rows_json(lapply(columns, `[`, at), array)),
      "}, \"parameters\": ", parameters, "}")))
  all <- function(name) do.call(c, unname(lapply(answers, `[[`, name)))
  if (!length(asked)) return(rep(NA_real_, nrow(newdata)))
  place <- match(seq_len(nrow(newdata)), asked)
  label <- row.names(newdata)
  spread <- function(x) if (is.null(dim(x))) stats::setNames(x[place], label) else `rownames<-`(x[place, , drop = FALSE], label)
  out <- spread(shaped(all("predictions"), object$model$classes))
  if (length(all("se"))) out <- list(fit = out, se.fit = spread(shaped(all("se"))))
  each <- all("explanations")
  if (!explain) return(out)
  attr(out, "contributions") <- spread(shaped(lapply(each, function(one) one$contributions[names]), NULL))
  structure(out, baseline = spread(vapply(each, function(one) one$baseline, 1)))
}, environment(canopy_endpoint))
