// Package message breaks nothing.
package message
