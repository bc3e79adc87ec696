# make check is what CI runs; make soak is what takes longer than CI may.

.PHONY: check test fuzz bench soak pictures

check: ## gofmt, vet, staticcheck, tests, race, simulated faults, fuzz, cross builds, a walk through the demo
	bash .ci/check

test: ## the README's test command
	go test ./...

fuzz: ## every fuzz target for a minute; fails on what it finds
	GODWIT_FUZZTIME=$${GODWIT_FUZZTIME:-60s} bash .ci/check fuzz

bench: ## the ratios the README quotes
	go run ./bench

soak: ## a million rows, thousands of kills, ten thousand simulated runs, long fuzzing: what CI may not take the time for
	GODWIT_SOAK=1 GODWIT_KILLS=5000 go test -count=1 -timeout 6h ./internal/kernel/... ./internal/app/... ./e2e/...
	go test -count=1 -v -timeout 12h ./e2e/sim -run NothingIsLost -sim.runs 10000
	GODWIT_FUZZTIME=10m bash .ci/check fuzz
	go run ./bench -persons 1000000

pictures: ## the user guide's pictures, from the running demo
	GODWIT_PICTURES=docs/pictures go test -count=1 -run TestPictures ./e2e
