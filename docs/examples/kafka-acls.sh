#!/usr/bin/env bash
# Who may do what at the brokers, each no more than its job. The broker wants
#   authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
# kafka-acls.sh of Kafka 4.x: BOOTSTRAP=host:port ADMIN=admin.properties docs/examples/kafka-acls.sh
# Write lets a principal describe the topic too, and write idempotently.
set -euo pipefail

allow() { # principal operation kind name
    local on=("--$3" "$4")
    [[ $3 == cluster ]] && on=(--cluster)
    kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --command-config "$ADMIN" --add \
        --allow-principal "User:$1" --operation "$2" "${on[@]}"
}

# Front doors and camera workers put events in, and read nothing.
allow door       Write           topic events.safety
allow door       Write           topic events.general
allow camera     Write           topic events.safety
allow camera     Write           topic events.general

# Workers read events, each lane in its group, and write nothing: what leaves goes by the outbox.
allow worker     Read            topic events.safety
allow worker     Read            topic events.general
allow worker     Read            group offsite-safety
allow worker     Read            group offsite-general

# The relay carries letters out.
allow relay      Write           topic disposition.zero-tolerance
allow relay      Write           topic disposition.soft
allow relay      Write           topic pages
allow relay      Write           topic dead-letters
allow relay      Write           topic probes

# The lookout sees how far every partition is, who reads what leaves, and its own probes come back;
# alarms it tells by itself. Its probes go in through the front door.
allow lookout    Read            topic events.safety
allow lookout    Read            topic events.general
allow lookout    Read            topic probes
allow lookout    Write           topic alarms
allow lookout    Describe        topic "*"
allow lookout    Describe        group "*"
allow lookout    Describe        cluster kafka-cluster

# `offsite up` and `offsite doctor` make topics and hold their settings against what they ought to be.
allow operations Create          cluster kafka-cluster
allow operations Describe        topic "*"
allow operations DescribeConfigs topic "*"

# `offsite conserve` asks for ends; who replays or samples reads.
allow auditor    Read            topic events.safety
allow auditor    Read            topic events.general

# A dispatcher's system reads its queues in a group of its own.
allow dispatcher Read            topic disposition.zero-tolerance
allow dispatcher Read            topic disposition.soft
allow dispatcher Read            group city-dispatch
