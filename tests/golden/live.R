# What the scripts of tests/r start with that make some models of each family: their arguments OUTDIR SEED [COUNT], the seed, and how many models
# of a family COUNT makes (120: 3). A script sources it by its own path.
arguments <- commandArgs(FALSE)
golden <- file.path(dirname(sub("^--file=", "", grep("^--file=", arguments, value = TRUE)[1])), "..", "golden")
source(file.path(golden, "write-others.R"))
arguments <- commandArgs(TRUE)
if (!length(arguments) %in% 2:3) stop("found ", length(arguments), " arguments, expected OUTDIR SEED [COUNT]")
dir <- arguments[1]
seed <- as.integer(arguments[2])
each <- max(1, round((if (length(arguments) == 3) as.integer(arguments[3]) else 120) / 40))
dir.create(dir, showWarnings = FALSE, recursive = TRUE)
RNGversion("4.0.0")
set.seed(seed)

pick <- function(x, n = 1) x[sample.int(length(x), n)]
