# The house's few commands. GNU make 4.3 reads this, and so does the 3.81 of macOS.

LESSONS := $(wildcard lessons/[0-9][0-9]-*)
NAMES   := $(notdir $(LESSONS))
NUMBERS := $(foreach n,$(NAMES),$(patsubst 0%,%,$(firstword $(subst -, ,$(n)))))

help:
	@echo 'make lesson 1          run a lesson (ARGS="serve --help" hands words on to it)'
	@echo 'make exercise          list the exercises, and which of them are solved'
	@echo 'make exercise 1.1      check one of them'
	@echo 'make lab               a long link on this machine (ARGS="--rtt 50ms -- ping 10.0.0.2")'
	@echo 'make docs              read all of it in a browser (ARGS="--open" opens one)'
	@echo 'make test              run every test, and say which were skipped and why'
	@echo 'make check             gofmt, vet for every system, staticcheck, every answer, every demo'
	@echo 'make wine              the tests of what has files for Windows, under Wine 10 or newer'
	@echo 'make sync              write excerpts and outputs into the texts as they are now'
	@echo 'make bench             measure what the tests do not assert (QUICK=1 a tenth of the time, FULL=1 all)'
	@echo 'make soak              the tests at full size: minutes, not seconds'
	@echo
	@echo 'The lessons:'
	@for name in $(NAMES); do echo "  $$name"; done

# In `make lesson 1` and `make exercise 1.1` make sees two goals. The words behind the first
# are no goals of ours, so they get a rule that does nothing. In any other place an unknown
# word is an error.
ifneq (,$(filter lesson lessons exercise,$(firstword $(MAKECMDGOALS))))
WORDS  := $(wordlist 2,$(words $(MAKECMDGOALS)),$(MAKECMDGOALS))
NUMBER := $(patsubst 0%,%,$(WORDS))
GOALS  := help lesson lessons exercise lab docs test check wine sync bench soak
ifneq (,$(filter-out $(GOALS),$(WORDS)))
.PHONY: $(filter-out $(GOALS),$(WORDS))
$(filter-out $(GOALS),$(WORDS)):
	@:
endif
endif

# Exactly one word, and one of the numbers: filter would take two, or a pattern.
CHOSEN := $(strip $(if $(filter 1,$(words $(WORDS))),$(foreach n,$(NUMBERS),$(if $(subst x$(n),,x$(NUMBER)),,$(n)))))

lesson:
ifeq (,$(CHOSEN))
	@echo 'make lesson takes the number of one lesson:' >&2
	@for name in $(NAMES); do echo "  $$name" >&2; done
	@exit 2
else
	@test -x bin/lesson$(CHOSEN) || echo 'building lesson $(CHOSEN); the first time takes about half a minute, later none ...' >&2
	@go build -o bin/lesson$(CHOSEN) ./$(filter lessons/0$(CHOSEN)-% lessons/$(CHOSEN)-%,$(LESSONS))
	@exec bin/lesson$(CHOSEN) $(ARGS)
endif

lessons: lesson

exercise:
	@test -x bin/exercise || echo 'building the checks; the first time takes about half a minute, later none ...' >&2
	@go build -o bin/exercise ./lessons/internal/exercise/run
	@exec bin/exercise $(if $(WORDS),check '$(WORDS)',list)

lab:
	@test -x bin/lab || echo 'building the lab; the first time takes about half a minute, later none ...' >&2
	@go build -o bin/lab ./lessons/internal/lab/run
	@exec bin/lab $(ARGS)

docs:
	@test -x bin/docs || echo 'building the reader; the first time takes about half a minute, later none ...' >&2
	@go build -o bin/docs ./docs/reader
	@exec bin/docs $(ARGS)

test:
	@.ci/test ./lessons/...

check:
	@.ci/check

wine:
	@.ci/wine

sync:
	@go run ./docs/prose/sync

bench:
	@$(foreach n,$(NUMBERS),go build -o bin/lesson$(n) ./$(filter lessons/0$(n)-% lessons/$(n)-%,$(LESSONS)) &&) go build -o bin/bench ./lessons/internal/bench/run
	@bin/bench $(ARGS)
ifneq (,$(FULL))
	@go test -run '^$$' -bench . $$(grep -rl --include='*_test.go' 'func Benchmark' lessons | xargs -n 1 dirname | sort -u | sed 's,^,./,')
endif

soak:
	@SOAK=1 .ci/test -count=1 ./lessons/...

.PHONY: help lesson lessons exercise lab docs test check wine sync bench soak
