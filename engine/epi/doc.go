// Package epi counts.
package epi
