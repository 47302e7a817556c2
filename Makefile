# The front door. `make help` lists the verbs.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PREFIX ?= /usr/local
DESTDIR ?=
HOSTS ?= 2
NAME ?= lab
DEBIAN ?= trixie
ROUNDS ?= 200
MINUTES ?= 15
PORTS ?= 100000
# Make passes SECONDS on to the shell, where the name is taken: it counts them itself.
SECONDS_EACH := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),60)

# Puts the Swift toolchain first in a recipe's PATH. Asked when it is needed, since it may not run before `make deps`.
SWIFT_FIRST = folder=$$(Scripts/find-swift); export PATH="$$folder:$$PATH";

# The tests that need nothing but memory and sockets of their own.
UNIT_TESTS = NetAddressTests JSONCodingTests OVSDBTests OVNModelTests IPAMTests NeutronAPITests NetlinkTests OVSDBClientTests \
    NeutronClientTests CertificatesTests NetworkStoreTests NeutronServerTests CommandsTests YAMLTests HTTPTransportTests KeystoneTests

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo '  HOSTS=2 NAME=lab   of the lab          KEEP=1  leaves the demo running'
	@echo '  PREFIX=/usr/local  DESTDIR=  of install   SWIFT=  a toolchain that is not in PATH'

demo: build image ## two hosts, one logical network: the whole walk-through, on this machine
	@lab/demo

test: deps build image build-tests ## every test: unit, wire, engine, clients, lab
	@Scripts/test

test-debian: deps build build-tests ## the Docker plugin's tests with the Docker and OVN of DEBIAN=trixie
	@usr=$$(lab/other-debian $(DEBIAN)) && OVN_LAB_USR=$$usr Scripts/test plugin

test-openstack: build deps-openstack ## underlay mode, on a real Keystone and Neutron too
	@Tests/underlay/run

test-api: build deps-api ## OpenStack's own tests of the Networking API (tempest), with a real Keystone
	@Tests/tempest/run

test-packages: packages ## install, upgrade, remove and purge the packages, on a Debian 12 and a Debian 13 with a systemd
	@Tests/packages/run

deps-openstack: deps ## install what the lab's Keystone and Neutron are made of
	@Scripts/deps openstack

deps-api: deps ## install OpenStack's tests
	@Scripts/deps api

deps-packages: deps ## install what makes and checks Debian packages
	@Scripts/deps packages

deps: ## install what is missing from Debian's packages
	@Scripts/deps

build: deps ## the programs, their manuals and completions, into dist/
	@Scripts/build

build-tests: deps
	@$(SWIFT_FIRST) swift build --build-tests -q

image: build ## the container image `ovn-containers/ipam`, into dist/ipam.tar
	@image/build

packages: deps-packages ## Debian's packages of what is built, ovn-containers-central and ovn-containers-host, into dist/packages/
	@Scripts/packages

check: deps ## everything that reads the sources: format, generated files, architecture, scripts, sizes
	@Scripts/check

format: deps ## lay out the sources as `make check` wants them
	@$(SWIFT_FIRST) swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

lab: build image ## bring up a lab of HOSTS=N hosts and say how to enter it
	@lab/lab up --name $(NAME) --hosts $(HOSTS)
	@echo 'lab/lab enter --name $(NAME) host1   opens a shell there; make lab-down NAME=$(NAME) takes the lab away'

lab-down: ## take the lab away
	@lab/lab down --name $(NAME)

chaos: build image build-tests ## kill commands, daemons and containers at random, for ROUNDS=200 rounds; move an address 100 times
	@OVN_CHAOS_ROUNDS=$(ROUNDS) OVN_MOVES=100 Scripts/test chaos

attacks: build ## measure what an honest client notices while others attack the API, each way for SECONDS=60
	@Tests/attacks/run --seconds $(SECONDS_EACH)

compose: build ## do the same to Compose projects on Docker's bridge and on two hosts with ovn, at random for MINUTES=15, and compare
	@Tests/compose/run --minutes $(MINUTES)

bench: build ## measure against ovn-nbctl and raw transactions, side by side
	@Benchmarks/run

bench-scale: build ## what is to be the same with PORTS=100000 as with few: pages, look-ups, creations, restart
	@PORTS=$(PORTS) Benchmarks/run scale restart

bench-debian: build ## what Docker takes, with the Docker and OVN of DEBIAN=trixie
	@usr=$$(lab/other-debian $(DEBIAN)) && OVN_LAB_USR=$$usr Benchmarks/run docker groups

fuzz: deps ## feed the parsers random bytes, for FUZZ_SECONDS=60 each
	@Tests/Fuzz/run

tsan: deps ## unit tests under the thread sanitizer (a build of its own)
	@$(SWIFT_FIRST) swift test --sanitize=thread --no-parallel --scratch-path .build-tsan $(UNIT_TESTS:%=--filter %)

generate: deps ## write the OVSDB tables in Sources/OVNModel again from their schemas
	@$(SWIFT_FIRST) swift run -q ovsdb-modelgen

check-generated: deps ## fail if Sources/OVNModel is not what the schemas say
	@$(SWIFT_FIRST) swift run -q ovsdb-modelgen --check

install: ## copy dist/ to DESTDIR and PREFIX
	@Scripts/install '$(DESTDIR)' '$(PREFIX)'

clean: ## remove what building made, but not the lab's cached base image
	rm -rf .build .build-tsan .build-fuzz dist

.PHONY: help demo test test-debian test-openstack test-api test-packages deps deps-openstack deps-api deps-packages build build-tests image packages check format lab lab-down chaos attacks compose bench bench-scale bench-debian fuzz tsan generate check-generated \
    install clean
.NOTPARALLEL:
