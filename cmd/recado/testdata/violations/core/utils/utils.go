// Package utils has no rule, and a name that says nothing.
package utils
