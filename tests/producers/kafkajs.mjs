// Sends the records that stdin holds, one JSON object a line, as KafkaJS does by default:
// node kafkajs.mjs BOOTSTRAP TOPIC CODEC < RECORDS; CODEC is None or GZIP.
import { readFileSync } from 'node:fs'
import kafkajs from 'kafkajs'

const [bootstrap, topic, codec] = process.argv.slice(2)
const { CompressionTypes, Kafka, Partitioners, logLevel } = kafkajs
const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.ERROR })
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
const messages = readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line))
await producer.connect()
await producer.send({ topic, compression: CompressionTypes[codec], messages })
await producer.disconnect()
